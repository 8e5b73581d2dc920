import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url))

const IDENTITY = {
  GIT_AUTHOR_NAME: "bench",
  GIT_AUTHOR_EMAIL: "bench@example.com",
  GIT_COMMITTER_NAME: "bench",
  GIT_COMMITTER_EMAIL: "bench@example.com",
}

/**
 * @param {string} folder
 * @param {string[]} args
 * @returns {string} standard output
 */
export function git(folder, ...args) {
  return execFileSync("git", args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...IDENTITY },
    maxBuffer: 1 << 28,
  })
}

/**
 * Copies files of this checkout that git knows, changes included, into a new folder.
 *
 * @param {string[]} paths which of them, e.g. ["ci", "dagger.json"]; none means all
 * @returns {string} the folder; the caller deletes it
 */
export function copyCheckout(...paths) {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-bench-"))
  const listed = git(
    CHECKOUT,
    ...["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ...paths],
  )
  for (const file of listed.split("\0").filter(Boolean)) {
    // Deleted in the checkout, but not yet in git.
    if (!existsSync(join(CHECKOUT, file))) continue
    cpSync(join(CHECKOUT, file), join(folder, file), { recursive: true, verbatimSymlinks: true })
  }
  return folder
}

/**
 * Makes a repository of a folder: one commit of everything, on `main`.
 *
 * @param {string} folder
 */
export function commitAll(folder) {
  git(folder, "init", "--quiet", "--initial-branch=main")
  git(folder, "add", "--all")
  git(folder, "commit", "--quiet", "--message=all of it")
}
