import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { complaint, createGit } from "../../../ci/src/changes/gather/git.mjs"
import { decodePath } from "../../../ci/src/changes/gather/paths.mjs"
import { KitError } from "../../lib/errors.mjs"

/**
 * What git knows of a checkout. Paths are relative to its top; `gather/paths.mjs`
 * says how bytes that are not text stand in them.
 *
 * @typedef {object} Listing
 * @property {string[]} tracked files and links, those of submodules too
 * @property {string[]} untracked what git would add
 * @property {string[]} ignored what git ignores; a folder that is ignored as a whole ends with "/"
 * @property {string[]} submodules their folders, which must be there even when they are empty
 */

const SUBMODULE = "160000"
/** Configuration may hold passwords, hooks are programs, and neither logs nor they say what a tree is. */
const LEFT_IN_GIT_FOLDER = new Set(["config", "config.worktree", "hooks", "logs"])

/**
 * Asks git for the files of a checkout, with everything that makes it ignore one: every .gitignore,
 * `info/exclude`, and the user's own list.
 *
 * @param {string} top
 * @returns {Promise<Listing>}
 * @throws {KitError} GIT_FAILED with git's own words
 */
export async function listCheckout(top) {
  const git = createGit({ cwd: top, env: process.env, settings: ["safe.directory=*"] })
  const others = ["--others", "--exclude-standard"]
  const [index, untracked, ignored] = await Promise.all([
    list(git, top, ["--stage"]),
    list(git, top, others),
    list(git, top, [...others, "--ignored", "--directory"]),
  ])
  /** @type {Listing} */
  const listing = { tracked: [], untracked: [], ignored, submodules: [] }
  const entries = new Map(index.map((line) => [line.slice(line.indexOf("\t") + 1), line]))
  for (const [path, line] of entries) {
    if (line.startsWith(SUBMODULE)) listing.submodules.push(path)
    else listing.tracked.push(path)
  }
  for (const path of untracked) if (!path.endsWith("/")) listing.untracked.push(path)
  for (const path of listing.submodules) await addNested(listing, top, path, listing.tracked)
  // A repository inside this one that isn't its submodule: git names its folder only.
  for (const path of untracked.filter((each) => each.endsWith("/")))
    await addNested(listing, top, path.slice(0, -1), listing.untracked)
  return listing
}

/**
 * @param {import("../../../ci/src/changes/gather/git.mjs").Git} git
 * @param {string} top
 * @param {string[]} flags
 */
async function list(git, top, flags) {
  const outcome = await git.exec(["ls-files", "-z", ...flags])
  if (outcome.code !== 0) {
    throw new KitError("GIT_FAILED", `git can't list the files of ${top}: ${complaint(outcome)}`, {
      next: `run \`git status\` in ${top}; it says the same, and often what to do`,
    })
  }
  return decodePath(outcome.stdout)
    .split("\0")
    .filter((path) => path !== "")
}

/**
 * @param {Listing} listing
 * @param {string} top
 * @param {string} path of a repository inside this one
 * @param {string[]} target
 */
async function addNested(listing, top, path, target) {
  const folder = join(top, path)
  if (!existsSync(join(folder, ".git"))) return
  const inside = await listCheckout(folder)
  const below = (/** @type {string} */ each) => `${path}/${each}`
  target.push(...gitFiles(folder, ".git").map(below), ...inside.tracked.map(below))
  listing.untracked.push(...inside.untracked.map(below))
  listing.ignored.push(...inside.ignored.map(below))
  listing.submodules.push(...inside.submodules.map(below))
}

/**
 * The files that make a git folder, or the one file that stands for it.
 *
 * @param {string} top
 * @param {string} path of the git folder, relative to it
 * @returns {string[]}
 */
export function gitFiles(top, path) {
  if (!existsSync(join(top, path))) return []
  if (!statSync(join(top, path)).isDirectory()) return [path]
  return readdirSync(join(top, path), { withFileTypes: true })
    .filter(({ name }) => !LEFT_IN_GIT_FOLDER.has(name) && !name.endsWith(".lock"))
    .flatMap((entry) =>
      entry.isDirectory() ? gitFiles(top, `${path}/${entry.name}`) : [`${path}/${entry.name}`],
    )
}
