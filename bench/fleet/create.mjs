import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { fleetTree } from "./tree.mjs"

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url))
/** What a repository needs of this one. */
const PIPELINE = ["pipeline", "engine", "ci", "dagger.json"]

/**
 * Makes a repository of generated services, with this checkout's pipeline in it and everything
 * committed on `main`.
 *
 * @param {string} folder created; what was there before is removed
 * @param {import("./tree.mjs").FleetSize} size
 * @returns {{tracked: number, ignoredFiles: number, ignoredBytes: number}}
 */
export function createFleet(folder, size) {
  rmSync(folder, { recursive: true, force: true })
  const folders = new Set()
  const junk = Buffer.alloc(1024 * 1024, "0123456789abcdef")
  let tracked = 0
  let ignoredFiles = 0
  let ignoredBytes = 0
  for (const file of fleetTree(size)) {
    const path = join(folder, file.path)
    const parent = dirname(path)
    if (!folders.has(parent)) mkdirSync(parent, { recursive: true })
    folders.add(parent)
    if (file.junk === undefined) {
      writeFileSync(path, file.text ?? "")
      tracked += 1
      continue
    }
    writeFileSync(path, junk.subarray(0, file.junk))
    ignoredFiles += 1
    ignoredBytes += file.junk
  }
  for (const name of PIPELINE) copyTracked(name, folder)
  git(folder, "init", "--quiet", "--initial-branch=main")
  git(folder, "add", "--all")
  git(folder, "commit", "--quiet", "--message=A fleet")
  return { tracked, ignoredFiles, ignoredBytes }
}

/**
 * @param {string} name
 * @param {string} folder
 */
function copyTracked(name, folder) {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", name],
    { cwd: CHECKOUT, encoding: "utf8" },
  )
  for (const path of listed.split("\0").filter((each) => each !== ""))
    if (existsSync(join(CHECKOUT, path))) cpSync(join(CHECKOUT, path), join(folder, path))
}

/**
 * @param {string} folder
 * @param {string[]} args
 */
export function git(folder, ...args) {
  return execFileSync("git", args, {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...process.env,
      GIT_AUTHOR_NAME: "bench",
      GIT_AUTHOR_EMAIL: "bench@example.com",
      GIT_COMMITTER_NAME: "bench",
      GIT_COMMITTER_EMAIL: "bench@example.com",
    },
  })
}
