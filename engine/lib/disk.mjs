import { existsSync } from "node:fs"
import { readFile, realpath, rm, statfs } from "node:fs/promises"
import { dirname } from "node:path"
import { KitError } from "./errors.mjs"
import { run } from "./process.mjs"

/** A cache of millions of files on a slow disk must not hold up `status`. */
const DU_TIMEOUT_MS = 20_000

/** Bytes that a run may need: images, layers and its own files. */
export const RUN_NEEDS = 3e9

/**
 * How much disk a file or folder takes; what is hard-linked counts once.
 *
 * @param {string} path
 * @returns {Promise<number | undefined>} bytes; undefined when it takes too long to find out
 */
export async function diskUse(path) {
  if (!existsSync(path)) return 0
  // A file that goes away meanwhile is an error to du, but its sum is still good.
  const { stdout } = await run("du", ["-skx", path], {
    allowFailure: true,
    timeoutMs: DU_TIMEOUT_MS,
  })
  const kilobytes = /^(\d+)\s/.exec(stdout)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

/**
 * Room on the disk that holds, or will hold, a path.
 *
 * @param {string} path
 * @returns {Promise<number>} bytes
 */
export async function freeSpace(path) {
  if (!existsSync(path)) return freeSpace(dirname(path))
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}

/**
 * @param {number | undefined} bytes
 * @returns {string} e.g. "1.4 GB"
 */
export function formatBytes(bytes) {
  if (bytes === undefined) return "unknown"
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`
  if (bytes < 1e9) return `${Math.round(bytes / 1e6)} MB`
  return `${(bytes / 1e9).toFixed(1)} GB`
}

const MOUNTS = "/proc/self/mounts"

/**
 * Removes a folder that a killed build may have left, and only what is its own.
 *
 * mmdebstrap mounts the host's /dev/shm, /proc and /sys into the root it makes.
 * When it is killed they stay there, and removing the folder would empty the
 * host's: so they are unmounted first, and another file system is never entered.
 *
 * @param {string} path
 * @throws {KitError} STILL_MOUNTED when something below can't be unmounted
 */
export async function removeTree(path) {
  if (!existsSync(path)) return
  if (!existsSync(MOUNTS)) return rm(path, { recursive: true, force: true })
  const folder = await realpath(path)
  for (const mount of mountsBelow(await readFile(MOUNTS, "utf8"), folder))
    await run("umount", ["--lazy", "--", mount], { allowFailure: true })
  const [left] = mountsBelow(await readFile(MOUNTS, "utf8"), folder)
  if (left !== undefined) {
    throw new KitError("STILL_MOUNTED", `${path} can't be removed: ${left} is mounted in it`, {
      exitCode: 1,
      next: `umount ${left}, then run the same command again`,
    })
  }
  await run("rm", ["-rf", "--one-file-system", "--", path])
}

/**
 * @param {string} mounts text of /proc/self/mounts
 * @param {string} folder without links in its path
 * @returns {string[]} where something is mounted at or below the folder, the deepest first
 */
export function mountsBelow(mounts, folder) {
  const points = mounts.split("\n").flatMap((line) => line.split(" ")[1] ?? [])
  // Spaces and the like are octal there (proc(5)).
  const paths = points.map((point) =>
    point.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
  )
  return paths.filter((path) => path === folder || path.startsWith(`${folder}/`)).reverse()
}
