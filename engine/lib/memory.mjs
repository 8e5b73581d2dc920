import { readdir, readFile } from "node:fs/promises"

/**
 * Memory of a process and all that descend from it: shared parts are divided among those that share them.
 *
 * @param {number} pid
 * @returns {Promise<number | undefined>} bytes; undefined when the kernel doesn't tell
 */
export async function treeMemory(pid) {
  const own = await proportionalSize(pid)
  if (own === undefined) return undefined
  const inner = await Promise.all((await childrenOf(pid)).map(treeMemory))
  return inner.reduce((/** @type {number} */ sum, size) => sum + (size ?? 0), own)
}

/** @param {number} pid */
async function proportionalSize(pid) {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "")
  const kilobytes = /^Pss: +(\d+) kB/m.exec(text)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

/** @param {number} pid */
async function childrenOf(pid) {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const texts = await Promise.all(
    threads.map((thread) =>
      readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => ""),
    ),
  )
  return texts.flatMap((text) => text.split(" ").filter(Boolean).map(Number))
}
