import {
  type Dirent,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { ignoreMatcher } from "../../ci/src/changes/gather/ignore.mjs"
import type { ServiceUnit } from "../../ci/src/changes/units.js"
import { checkPaths, type NamedPaths, type PathFacts } from "../../ci/src/config/check-paths.js"
import type { Config } from "../../ci/src/config/types.js"
import type { ConfigurationTexts } from "../../ci/src/run/load-configuration.js"
import { UPLOAD_IGNORE } from "../../ci/src/stages/upload-ignore.mjs"
import type { PlanConfig } from "./plan.js"

/** What a plan is made from, and what can become wrong although no text is changed. */
type Known = PlanConfig & Omit<NamedPaths, "origins">

/** A configuration that was found faultless, and the texts it was read from. */
interface Checked {
  texts: ConfigurationTexts
  config: Known
}

/**
 * Reads and checks the configuration of a checkout. Checking takes longer than planning, so what was
 * found faultless is kept, and taken as long as both texts are the same.
 *
 * @param cache file that belongs to this version of the planner
 * @throws UsageError with every problem at once
 */
export async function readConfiguration(root: string, cache: string): Promise<PlanConfig> {
  const texts = {
    services: readIfThere(join(root, "services.json")),
    pipeline: readIfThere(join(root, "pipeline.yaml")),
  }
  const paths = pathsOf(root)
  const known = recall(cache, texts)
  if (known !== undefined && checkPaths({ ...known, origins: {} }, paths).length === 0) return known
  const { loadConfiguration } = await import("../../ci/src/run/load-configuration.js")
  const { config } = loadConfiguration(texts, paths)
  keep(cache, { texts, config: neededOf(config) })
  return config
}

/** Little enough to be read in less time than planning takes. */
function neededOf({ services, libraries, integration, changes, files }: Config): Known {
  return {
    services: services.map((service) => ({
      ...unitOf(service),
      ...(service.contract !== undefined && { contract: service.contract }),
    })),
    libraries: libraries.map(({ name, path, dependsOn }) => ({ name, path, dependsOn })),
    integration: integration.map(unitOf),
    changes,
    files,
  }
}

function unitOf(unit: ServiceUnit): ServiceUnit {
  const { name, path, dependsOn, dockerfile, inputs, ignore, needs, always, build } = unit
  return {
    ...{ name, path, dependsOn, inputs, ignore, always },
    ...(dockerfile !== undefined && { dockerfile }),
    needs: needs.map(({ name }) => ({ name })),
    build: { context: build.context },
  }
}

/**
 * What the engine would see of a checkout: what is not uploaded is not there. Folders are listed, because the services
 * of a large repository lie side by side, and one look at them all is quicker than one at each.
 */
export function pathsOf(root: string): PathFacts {
  const notUploaded = ignoreMatcher(UPLOAD_IGNORE)
  const listed = new Map<string, Map<string, Dirent>>()
  const entryOf = (path: string): Pick<Dirent, "isFile"> | undefined => {
    if (notUploaded(path)) return undefined
    if (path === ".") return statSync(root)
    // Normalised already, and there are thousands.
    const slash = path.lastIndexOf("/")
    const folder = slash === -1 ? root : `${root}/${path.slice(0, slash)}`
    const entries = listed.get(folder) ?? entriesOf(folder)
    listed.set(folder, entries)
    const entry = entries.get(path.slice(slash + 1))
    return entry?.isSymbolicLink() ? statSync(join(root, path), { throwIfNoEntry: false }) : entry
  }
  return {
    exists: (path) => entryOf(path) !== undefined,
    isFile: (path) => entryOf(path)?.isFile() === true,
  }
}

/** Empty for what is no folder that can be read. */
function entriesOf(folder: string): Map<string, Dirent> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return new Map(entries.map((entry) => [entry.name, entry]))
  } catch {
    return new Map()
  }
}

function recall(cache: string, texts: ConfigurationTexts): Known | undefined {
  const text = readIfThere(cache)
  if (text === undefined) return undefined
  try {
    const { texts: then, config } = JSON.parse(text) as Checked
    const isSame = then.services === texts.services && then.pipeline === texts.pipeline
    return isSame ? config : undefined
  } catch {
    return undefined
  }
}

function keep(cache: string, checked: Checked): void {
  const unfinished = `${cache}.${process.pid}`
  try {
    writeFileSync(unfinished, JSON.stringify(checked))
    renameSync(unfinished, cache)
  } catch {
    // A place that can't be written to only costs the next plan some time.
  }
}

function readIfThere(file: string): string | undefined {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined
  return readFileSync(file, "utf8")
}
