// @ts-check
import { existsSync, readFileSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { GatherError } from "./failure.mjs"

/**
 * Where a checkout keeps its things.
 *
 * @typedef {object} Repository
 * @property {string} top folder of the working tree
 * @property {string} gitDir of this worktree
 * @property {string} commonDir shared by all worktrees
 * @property {string | null} config text of the repository's own configuration
 */

/**
 * Finds the repository around a folder by looking at files, so that no process is needed and so that
 * what the repository's configuration could switch on is known before git runs.
 *
 * @param {string} cwd
 * @returns {Repository | null} null where there is none
 */
export function findRepository(cwd) {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const dotGit = join(folder, ".git")
    if (existsSync(dotGit)) return describe(folder, dotGit)
    if (isGitDir(folder)) {
      throw new GatherError(
        2,
        `${folder} is a bare repository: it has no files to run. Use a clone with a working tree.`,
      )
    }
    if (dirname(folder) === folder) return null
  }
}

/**
 * Why the repository of an uploaded checkout can't be read: a worktree's `.git` only says where the
 * repository is, on the machine that it came from.
 *
 * @param {string} top of the checkout
 * @returns {string | null} null when it can be read
 */
export function missingRepository(top) {
  const text = readIfThere(join(top, ".git"))
  const target = /^gitdir: (.+?)\n?$/.exec(text ?? "")?.[1]
  if (target === undefined || existsSync(join(resolve(top, target), "HEAD"))) return null
  return (
    "this is a git worktree or a submodule, whose repository is elsewhere and was not uploaded " +
    "(`./pipeline` uploads it; plain dagger can't)"
  )
}

/**
 * Commits at which the history of a shallow clone was cut off; empty for a complete clone.
 *
 * @param {Repository} repository
 * @returns {string[]}
 */
export function readShallow(repository) {
  const text = readIfThere(join(repository.commonDir, "shallow")) ?? ""
  return text.split("\n").filter((line) => line !== "")
}

/**
 * The branch that is checked out, or null for a detached head.
 *
 * @param {Repository} repository
 * @returns {string | null}
 */
export function checkedOutBranch(repository) {
  const text = readIfThere(join(repository.gitDir, "HEAD")) ?? ""
  const branch = /^ref: refs\/heads\/(.+)\n?$/.exec(text)?.[1] ?? null
  // What stands in for the real reference where git keeps references in tables.
  return branch === ".invalid" ? null : branch
}

/**
 * The commit id in HEAD, read without git.
 *
 * @param {Repository} repository
 * @returns {string | null}
 */
export function readHeadId(repository) {
  const text = (readIfThere(join(repository.gitDir, "HEAD")) ?? "").trim()
  const ref = /^ref: (refs\/.+)$/.exec(text)?.[1]
  if (ref === undefined) return text === "" ? null : text
  const loose = readIfThere(join(repository.commonDir, ref))
  if (loose !== null) return loose.trim()
  const packed = readIfThere(join(repository.commonDir, "packed-refs")) ?? ""
  const line = packed.split("\n").find((entry) => entry.endsWith(` ${ref}`))
  return line?.split(" ")[0] ?? null
}

/**
 * @param {string} path
 * @returns {string | null}
 */
export function readIfThere(path) {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

/**
 * @param {string} top
 * @param {string} dotGit
 * @returns {Repository}
 */
function describe(top, dotGit) {
  const gitDir = statSync(dotGit).isDirectory() ? dotGit : followGitFile(top, dotGit)
  if (!existsSync(join(gitDir, "HEAD"))) {
    throw new GatherError(
      2,
      `${dotGit} leads to ${gitDir}, which is not a git folder here. ` +
        "A worktree or submodule needs the repository that it belongs to.",
    )
  }
  const common = readIfThere(join(gitDir, "commondir"))
  const commonDir = common === null ? gitDir : resolve(gitDir, common.trim())
  return { top, gitDir, commonDir, config: readIfThere(join(commonDir, "config")) }
}

/**
 * @param {string} top
 * @param {string} dotGit
 * @returns {string}
 */
function followGitFile(top, dotGit) {
  const target = /^gitdir: (.+?)\n?$/.exec(readIfThere(dotGit) ?? "")?.[1]
  if (target !== undefined) return resolve(top, target)
  throw new GatherError(2, `${dotGit} is neither a git folder nor a link to one. Remove it.`)
}

/**
 * @param {string} folder
 * @returns {boolean}
 */
function isGitDir(folder) {
  return ["HEAD", "objects", "refs"].every((name) => existsSync(join(folder, name)))
}
