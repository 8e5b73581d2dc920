// @ts-check
import { join } from "node:path"
import { readIfThere } from "./repository.mjs"

/** @typedef {import("../facts.js").ChangedFile} ChangedFile */
/** @typedef {import("../facts.js").Comparison} Comparison */
/** @typedef {import("../facts.js").ConfigTexts} ConfigTexts */
/** @typedef {import("../facts.js").FileStatus} FileStatus */
/** @typedef {import("./records.mjs").Change} Change */

/** @type {Array<[keyof ConfigTexts, string]>} */
const CONFIG_FILES = [
  ["services", "services.json"],
  ["pipeline", "pipeline.yaml"],
]
/** @type {import("../facts.js").FileSource[]} */
const SOURCES = ["committed", "staged", "worktree", "untracked"]

/**
 * Puts committed and uncommitted changes together and reads the configuration files among them.
 *
 * @param {import("./facts.mjs").Session} session
 * @param {import("./base.mjs").Choice & {shallow: boolean}} choice
 * @param {Map<string, Change[]>} diffs committed changes by base
 * @param {Change[]} dirty
 * @returns {Promise<Comparison & {headConfig: ConfigTexts}>}
 */
export async function compare(session, { base, all, shallow }, diffs, dirty) {
  const committed = base.sha === null ? [] : diffs.get(base.sha)
  const files = mergeChanges([...(committed ?? []), ...dirty])
  const unreadable = `the files of the base ${base.sha} are not here. Fetch them first.`
  const texts = await readConfigs(session, committed ?? [], dirty)
  return {
    base: { ...base, shallow: base.shallow || shallow },
    all: committed === undefined ? { code: "base-unresolved", message: unreadable } : all,
    files,
    ...texts,
  }
}

/**
 * @template {{path: string}} T
 * @param {T[]} items
 * @returns {T[]} the same list, sorted
 */
export function sortByPath(items) {
  return items.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/**
 * @param {Change[]} changes
 * @returns {ChangedFile[]}
 */
function mergeChanges(changes) {
  /** @type {Map<string, ChangedFile>} */
  const files = new Map()
  for (const { path, status, sources, types } of changes) {
    const earlier = files.get(path)
    const seen = new Set([...(earlier?.sources ?? []), ...sources])
    const kinds = [...new Set([...(earlier?.types ?? []), ...types])].sort()
    files.set(path, {
      path,
      status: earlier === undefined ? status : laterStatus(earlier.status, status),
      sources: SOURCES.filter((source) => seen.has(source)),
      ...(kinds.length === 0 ? {} : { types: kinds }),
    })
  }
  return sortByPath([...files.values()])
}

/**
 * @param {FileStatus} earlier
 * @param {FileStatus} later
 * @returns {FileStatus}
 */
function laterStatus(earlier, later) {
  if (earlier === "D" && later === "A") return "M"
  return earlier === "A" && later !== "D" ? "A" : later
}

/**
 * @param {import("./facts.mjs").Session} session
 * @param {Change[]} committed
 * @param {Change[]} dirty
 * @returns {Promise<{baseConfig: ConfigTexts, headConfig: ConfigTexts, baseConfigMissing: string[]}>}
 */
async function readConfigs(session, committed, dirty) {
  /** @type {ConfigTexts} */
  const baseConfig = {}
  /** @type {ConfigTexts} */
  const headConfig = {}
  /** @type {string[]} */
  const baseConfigMissing = []
  for (const [key, path] of CONFIG_FILES) {
    const change = [...committed, ...dirty].find((each) => each.path === path)
    if (change === undefined) continue
    const before = change.before === null ? undefined : await readBlob(session, change.before)
    if (before === null) baseConfigMissing.push(path)
    else if (before !== undefined) baseConfig[key] = before
    const now = await readCurrent(session, path, change)
    if (now !== null) headConfig[key] = now
  }
  return { baseConfig, headConfig, baseConfigMissing }
}

/**
 * @param {import("./facts.mjs").Session} session
 * @param {string} path
 * @param {Change} change
 * @returns {Promise<string | null>}
 */
async function readCurrent(session, path, change) {
  if (session.dirty) return readIfThere(join(session.repository.top, path))
  return change.after === null ? null : readBlob(session, change.after)
}

/**
 * A partial clone has no old file contents; one that is needed is fetched.
 *
 * @param {import("./facts.mjs").Session} session
 * @param {string} oid
 * @returns {Promise<string | null>}
 */
async function readBlob({ objects, remote }, oid) {
  const here = await objects.read(oid)
  if (here !== null) return here.content.toString("utf8")
  if (remote === null || !(await remote.fetchObject(oid, false))) return null
  return (await objects.read(oid))?.content.toString("utf8") ?? null
}
