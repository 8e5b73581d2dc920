import { formatIssues, parseConfig } from "../../../ci/src/config/index.js"
import type { DependencyConfig, RepositoryFacts } from "../../../ci/src/dependencies/index.js"

/** A repository as a table: what each file holds. A text that begins with "->" is a link. */
export type Files = Record<string, string>

/** An entry of services.json, with what every service must have filled in. */
export function service(name: string, more: Record<string, unknown> = {}) {
  return { name, path: `services/${name}`, language: "python", test_command: "pytest", ...more }
}

/** The configuration that these entries give. */
export function configOf(
  services: object[],
  libraries: object[] = [],
  pipeline = "",
): DependencyConfig {
  const { config, issues } = parseConfig({
    services: { path: "services.json", text: JSON.stringify({ services, libraries }, null, 1) },
    pipeline: { path: "pipeline.yaml", text: pipeline },
  })
  if (!config) throw new Error(formatIssues(issues))
  return config
}

/** The files as the check wants to know them. */
export function factsOf(files: Files): RepositoryFacts {
  const links = Object.entries(files).filter(([, text]) => text.startsWith("->"))
  return {
    files: Object.keys(files),
    symlinks: new Map(links.map(([path, text]) => [path, text.slice(2)])),
    read: (path) => files[path],
  }
}
