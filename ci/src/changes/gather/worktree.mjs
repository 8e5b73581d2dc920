// @ts-check
import { sortByPath } from "./compare.mjs"
import { GatherError } from "./failure.mjs"
import { complaint } from "./git.mjs"
import { findHiddenChanges } from "./hidden.mjs"
import { ignoreMatcher } from "./ignore.mjs"
import { readIndex } from "./index-file.mjs"
import { decodePath } from "./paths.mjs"
import { parseStatus, parseTracked } from "./records.mjs"

/** @typedef {import("./facts.mjs").Session} Session */
/** @typedef {import("./objects.mjs").Commit} Commit */
/** @typedef {import("./records.mjs").Change} Change */
/** @typedef {import("./git.mjs").Outcome} Outcome */

/**
 * The uncommitted changes. Warnings are handed back, because the order of those of jobs that run
 * side by side would be an accident.
 *
 * @typedef {{changes: Change[], warnings: string[]}} Status
 */

const STATUS = ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all"]

/**
 * Lets git compare the files with the last commit.
 *
 * @param {Session} session
 * @returns {Promise<Outcome | null>} null when uncommitted files don't count
 */
export async function askStatus({ git, dirty }) {
  return dirty ? git.exec([...STATUS, "--ignore-submodules=none"]) : null
}

/**
 * @param {Session} session
 * @param {Promise<Outcome | null>} asked the answer to `askStatus`
 * @returns {Promise<Status>}
 */
export async function readStatus({ git, request }, asked) {
  const outcome = await asked
  if (outcome === null) return { changes: [], warnings: [] }
  const isOptional = ignoreMatcher(request.uploadIgnore ?? [])
  /** @type {Set<string>} */
  const absent = new Set()
  /** @type {(output: Buffer) => Change[]} */
  const changesIn = (output) =>
    parseStatus(output, (path) => isOptional(path) && absent.add(path).size > 0).filter(
      // What is not uploaded does not run, also where it is seen.
      ({ path, sources }) => sources[0] !== "untracked" || !isOptional(path),
    )
  if (outcome.code === 0) {
    const changes = changesIn(outcome.stdout)
    return { changes, warnings: absenceWarnings(absent) }
  }
  const outside = await git.exec([...STATUS, "--ignore-submodules=dirty"])
  if (outside.code !== 0) {
    throw new GatherError(
      2,
      `git could not compare the files with the last commit: ${complaint(outside)}`,
    )
  }
  const changes = changesIn(outside.stdout)
  const warning = `uncommitted files inside submodules are not seen: ${complaint(outcome)}`
  return { changes, warnings: [warning, ...absenceWarnings(absent)] }
}

/**
 * @param {Set<string>} paths tracked files that are left out of what is uploaded
 * @returns {string[]}
 */
function absenceWarnings(paths) {
  const [first] = [...paths].sort()
  if (first === undefined) return []
  const which =
    paths.size === 1
      ? JSON.stringify(first)
      : `${paths.size} tracked files, such as ${JSON.stringify(first)},`
  return [`${which} did not travel with the checkout; uncommitted changes there are not seen`]
}

/**
 * What has to be known about the tracked files besides what changed.
 *
 * @typedef {object} Tracked
 * @property {import("../facts.js").TrackedSymlink[]} symlinks
 * @property {string[]} lostLinks links whose target can't be read
 * @property {Change[]} hidden changes that git was told not to look at
 */

/**
 * @param {Session} session
 * @param {Commit | null} head
 * @returns {Promise<Tracked>}
 */
export async function readTracked(session, head) {
  const { objects, repository, request } = session
  const { links, hidden } = await specialFiles(session, head)
  const read = await Promise.all(
    links.map(async ({ path, oid }) => ({ path, target: await objects.read(oid) })),
  )
  const symlinks = read.flatMap(({ path, target }) =>
    target === null ? [] : [{ path, target: decodePath(target.content) }],
  )
  const lostLinks = read.flatMap(({ path, target }) => (target === null ? [path] : []))
  const notUploaded = ignoreMatcher(request.uploadIgnore ?? [])
  return {
    symlinks: sortByPath(symlinks),
    lostLinks,
    hidden: await findHiddenChanges(repository.top, hidden, notUploaded),
  }
}

/**
 * Those of the index where uncommitted files count, else those of the commit.
 *
 * @param {Session} session
 * @param {Commit | null} head
 * @returns {Promise<import("./records.mjs").SpecialFiles>}
 */
async function specialFiles({ git, dirty, repository }, head) {
  if (!dirty && head === null) return { links: [], hidden: [] }
  const inIndex = dirty ? readIndex(repository) : null
  if (inIndex !== null) return inIndex
  const outcome = await git.exec(
    dirty ? ["ls-files", "-s", "-v", "-z"] : ["ls-tree", "-r", "-z", head?.sha ?? ""],
  )
  if (outcome.code !== 0) {
    throw new GatherError(2, `git could not list the tracked files: ${complaint(outcome)}`)
  }
  return parseTracked(outcome.stdout)
}

/**
 * A link whose target is not known could lead to any changed file.
 *
 * @param {string[]} paths
 * @returns {import("../facts.js").Everything | null}
 */
export function lostLinksReason(paths) {
  if (paths.length === 0) return null
  const more = paths.length > 1 ? ` (and ${paths.length - 1} more)` : ""
  const message = `the link ${JSON.stringify(paths[0])}${more} is not in this clone. Fetch it first.`
  return { code: "base-unresolved", message }
}
