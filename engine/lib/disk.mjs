import { existsSync } from "node:fs"
import { statfs } from "node:fs/promises"
import { dirname } from "node:path"
import { run } from "./process.mjs"

/** A cache of millions of files on a slow disk must not hold up `status`. */
const DU_TIMEOUT_MS = 20_000

/**
 * How much disk a file or folder takes; what is hard-linked counts once.
 *
 * @param {string} path
 * @returns {Promise<number | undefined>} bytes; undefined when it takes too long to find out
 */
export async function diskUse(path) {
  if (!existsSync(path)) return 0
  // A file that goes away meanwhile is an error to du, but its sum is still good.
  const { stdout } = await run("du", ["-sk", path], { allowFailure: true, timeoutMs: DU_TIMEOUT_MS })
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
