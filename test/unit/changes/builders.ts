import type { ChangedFile, Facts } from "../../../ci/src/changes/facts.js"
import type { ChangeConfig, LibraryUnit, ServiceUnit } from "../../../ci/src/changes/units.js"

/** A service in a folder of its name, unless said otherwise. */
export function service(name: string, more: Partial<ServiceUnit> = {}): ServiceUnit {
  return {
    name,
    path: `services/${name}`,
    dependsOn: [],
    inputs: [],
    ignore: [],
    needs: [],
    always: false,
    build: { context: "service" },
    ...more,
  }
}

export function library(name: string, more: Partial<LibraryUnit> = {}): LibraryUnit {
  return { name, path: `libs/${name}`, dependsOn: [], ...more }
}

export function config(
  services: ServiceUnit[],
  libraries: LibraryUnit[] = [],
  changes: Partial<ChangeConfig["changes"]> = {},
): ChangeConfig {
  return { services, libraries, changes: { global: [], ignore: [], ...changes } }
}

export function modified(...paths: string[]): ChangedFile[] {
  return paths.map((path) => ({ path, status: "M", sources: ["committed"] }))
}

export function deleted(...paths: string[]): ChangedFile[] {
  return paths.map((path) => ({ path, status: "D", sources: ["committed"] }))
}

/** Facts about a change of some files, and nothing else out of the ordinary. */
export function facts(files: ChangedFile[], more: Partial<Facts> = {}): Facts {
  return {
    ok: true,
    version: 1,
    base: { sha: "b".repeat(40), how: "merge-base", ref: "main", shallow: false },
    head: { sha: "a".repeat(40), ref: "feature" },
    all: null,
    dirty: null,
    files,
    symlinks: [],
    baseConfig: {},
    baseConfigMissing: [],
    headConfig: {},
    since: [],
    warnings: [],
    processes: 0,
    ...more,
  }
}
