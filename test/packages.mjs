import { spawnSync } from "node:child_process"
import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export const ROOT = fileURLToPath(new URL("..", import.meta.url))

/** What tests and benches import from. */
export const PACKAGES = [".", "ci", "ci/deploy", "ci/report"]

/**
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {number} exit code
 */
export function run(title, command, args, env = process.env) {
  process.stderr.write(`\n== ${title}\n`)
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env,
  })
  if (error) process.stderr.write(`${error.message}\n`)
  return status ?? 1
}

/**
 * Installs the packages of a folder unless its lock file was installed already.
 *
 * @param {string} folder from the root
 * @returns {number} exit code
 */
export function install(folder) {
  const lock = join(ROOT, folder, "package-lock.json")
  const installed = join(ROOT, folder, "node_modules", ".package-lock.json")
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return 0
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", join(ROOT, folder)]
  return run(`installing the packages of ${folder === "." ? "the tests" : folder}`, "npm", args)
}
