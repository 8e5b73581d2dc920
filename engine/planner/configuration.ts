import {
  type Dirent,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { ignoreMatcher } from "../../ci/src/changes/gather/ignore.mjs"
import { checkPaths, type PathFacts } from "../../ci/src/config/check-paths.js"
import type { Config } from "../../ci/src/config/types.js"
import type { ConfigurationTexts } from "../../ci/src/run/load-configuration.js"
import { UPLOAD_IGNORE } from "../../ci/src/stages/upload-ignore.mjs"
import type { PlanConfig } from "./plan.js"

/** A configuration that was found faultless, and the texts it was read from. */
interface Checked {
  texts: ConfigurationTexts
  config: Pick<Config, "services" | "libraries" | "integration" | "changes" | "files">
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
  const { services, libraries, integration, changes, files } = loadConfiguration(
    texts,
    paths,
  ).config
  const config = { services, libraries, integration, changes, files }
  keep(cache, { texts, config })
  return config
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
    const absolute = join(root, path)
    const folder = dirname(absolute)
    const entries = listed.get(folder) ?? entriesOf(folder)
    listed.set(folder, entries)
    const entry = entries.get(basename(absolute))
    return entry?.isSymbolicLink() ? statSync(absolute, { throwIfNoEntry: false }) : entry
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

function recall(cache: string, texts: ConfigurationTexts): Checked["config"] | undefined {
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
