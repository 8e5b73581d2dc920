// @ts-check
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { readHeadId } from "./repository.mjs"

const CONFIG = "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n"

/**
 * git reads a repository's object format only from its `config` file, and that file does not travel
 * with a repository that is sent elsewhere (it can hold credentials). For a SHA-256 repository
 * without one, this makes a git folder that shares everything else and has the two lines needed.
 *
 * @param {import("./repository.mjs").Repository} repository
 * @param {import("./temporary-folder.mjs").TemporaryFolder} scratch removed at the end
 * @returns {NodeJS.ProcessEnv} variables that lead git there; empty if it needs no help
 */
export function withObjectFormat(repository, scratch) {
  if (repository.config !== null || readHeadId(repository)?.length !== 64) return {}
  const folder = join(scratch.path(), "git")
  mkdirSync(folder)
  const shared = new Set([...readdirSync(repository.commonDir), ...readdirSync(repository.gitDir)])
  for (const name of ["HEAD", "config", "commondir", "gitdir"]) shared.delete(name)
  const own = new Set(readdirSync(repository.gitDir))
  for (const name of shared) {
    const from = own.has(name) ? repository.gitDir : repository.commonDir
    symlinkSync(join(from, name), join(folder, name))
  }
  // git takes a HEAD that is a link for a symbolic reference.
  copyFileSync(join(repository.gitDir, "HEAD"), join(folder, "HEAD"))
  writeFileSync(join(folder, "config"), CONFIG)
  return { GIT_DIR: folder, GIT_WORK_TREE: repository.top }
}
