import { existsSync, readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { findRepository } from "../../../ci/src/changes/gather/repository.mjs"
import { gitFiles } from "./listing.mjs"

const OBJECTS = "objects/"
const ALTERNATES = "objects/info/alternates"
/** What a worktree's folder says about its place, and other worktrees: of no use elsewhere. */
const OF_THIS_MACHINE = /^(?:commondir|gitdir|locked|worktrees\/.*)$/

/**
 * The files of a whole git folder for a checkout whose `.git` alone is not one: a worktree or a
 * submodule, whose `.git` only says where the rest is, and a clone that borrows its objects.
 *
 * @param {string} top of the checkout
 * @returns {import("./mirror.mjs").MirrorEntry[] | undefined} undefined where `.git` is complete
 */
export function elsewhereGitFiles(top) {
  const own = join(top, ".git")
  if (!existsSync(own)) return undefined
  if (statSync(own).isDirectory() && !existsSync(join(own, ALTERNATES))) return undefined
  const repository = findRepository(top)
  if (repository === null) return undefined
  const { gitDir, commonDir } = repository
  /** @type {Map<string, import("./mirror.mjs").MirrorEntry>} */
  const entries = new Map()
  // The worktree's own files come last: they stand for those of the repository it belongs to.
  for (const folder of new Set([commonDir, gitDir])) {
    for (const path of gitFiles(folder, "").map((each) => each.slice(1))) {
      if (path === ALTERNATES || OF_THIS_MACHINE.test(path)) continue
      entries.set(path, entry(path, join(folder, path)))
    }
  }
  for (const objects of borrowedObjects(join(commonDir, "objects"))) {
    for (const path of gitFiles(objects, "").map((each) => `objects${each}`))
      if (path !== ALTERNATES && !entries.has(path))
        entries.set(path, entry(path, join(objects, path.slice(OBJECTS.length))))
  }
  return [...entries.values()].map((each) => ({ ...each, path: `.git/${each.path}` }))
}

/**
 * @param {string} path
 * @param {string} source
 */
function entry(path, source) {
  return { path, source, link: path.startsWith(OBJECTS) }
}

/**
 * @param {string} objects folder of a repository's objects
 * @param {Set<string>} [seen]
 * @returns {string[]} folders that it borrows from, and those that these borrow from
 */
function borrowedObjects(objects, seen = new Set()) {
  const file = join(objects, "info", "alternates")
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : []
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => resolve(objects, line))
    .filter((folder) => existsSync(folder) && !seen.has(folder))
    .flatMap((folder) => [folder, ...borrowedObjects(folder, seen.add(folder))])
}
