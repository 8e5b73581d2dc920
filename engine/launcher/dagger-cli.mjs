import { existsSync, realpathSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { delimiter, join } from "node:path"
import { binariesPiece, cliPiece } from "../lib/build-binaries.mjs"
import { KitError } from "../lib/errors.mjs"
import { withLock } from "../lib/lock.mjs"
import { DAGGER_VERSION, HOME, LOCK } from "../lib/paths.mjs"
import { ensurePiece, isBuilt, pieceFolder } from "../lib/pieces.mjs"
import { run, which } from "../lib/process.mjs"
import { say } from "../lib/progress.mjs"

/** The folder that `engine env` puts first in PATH. */
export const SHIM_FOLDER = join(HOME, "bin")

/** @returns {Promise<string>} the CLI that belongs to the native engine */
export async function kitDagger() {
  return join(pieceFolder(await binariesPiece()), "bin", "dagger")
}

/**
 * A dagger CLI for an engine that is not ours: the one in PATH, one the kit has, or a new build.
 *
 * @returns {Promise<{path: string, version: string}>}
 * @throws {KitError} NO_DAGGER, with how to get one
 */
export async function anyDagger() {
  for (const path of daggersInPath(process.env.PATH ?? "")) {
    const version = await versionOf(path)
    if (version && isAtLeast(version, OURS)) return { path, version: `v${version.join(".")}` }
  }
  for (const piece of [await binariesPiece(), await cliPiece()]) {
    if (isBuilt(piece))
      return { path: join(pieceFolder(piece), "bin", "dagger"), version: DAGGER_VERSION }
  }
  if (!(await which("go")) || !(await which("flock"))) {
    throw new KitError(
      "NO_DAGGER",
      `there is no dagger CLI ${DAGGER_VERSION} or newer in PATH, and no \`go\` (or no \`flock\`) to build one`,
      {
        next: `install it (docs.dagger.io/install, version ${DAGGER_VERSION.slice(1)}), or install Go 1.21 or newer and run the same command`,
      },
    )
  }
  await mkdir(HOME, { recursive: true })
  const folder = await withLock(
    LOCK,
    () => say("another `pipeline` is building; waiting for it"),
    async () => ensurePiece(await cliPiece()),
  )
  return { path: join(folder, "bin", "dagger"), version: DAGGER_VERSION }
}

/**
 * @param {string} path the PATH variable
 * @returns {string[]} every `dagger` in it but our own shim, which leads back here
 */
export function daggersInPath(path) {
  const shims = existsSync(SHIM_FOLDER) ? [SHIM_FOLDER, realpathSync(SHIM_FOLDER)] : [SHIM_FOLDER]
  const folders = path.split(delimiter).filter((folder) => folder !== "" && !shims.includes(folder))
  return [...new Set(folders.map((folder) => join(folder, "dagger")))].filter((file) =>
    existsSync(file),
  )
}

/** @param {string} dagger */
async function versionOf(dagger) {
  const { stdout, exitCode } = await run(dagger, ["version"], {
    allowFailure: true,
    timeoutMs: 10_000,
  })
  return exitCode === 0 ? parseVersion(stdout) : undefined
}

/**
 * @param {string} text e.g. "dagger v0.19.10 (image://...) linux/amd64"
 * @returns {number[] | undefined} major, minor, patch
 */
export function parseVersion(text) {
  return /\bv(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number)
}

/**
 * @param {number[]} version
 * @param {number[]} wanted
 */
export function isAtLeast(version, wanted) {
  for (const [index, part] of wanted.entries())
    if ((version[index] ?? 0) !== part) return (version[index] ?? 0) > part
  return true
}

const OURS = parseVersion(DAGGER_VERSION) ?? []
