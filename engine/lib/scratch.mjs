import { mkdir, mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { removeTree } from "./disk.mjs"
import { SCRATCH } from "./paths.mjs"

/**
 * Gives `work` a folder on the kit's disk and removes it afterwards.
 *
 * @template T
 * @param {string} name
 * @param {(folder: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inScratch(name, work) {
  await mkdir(SCRATCH, { recursive: true })
  const folder = await mkdtemp(join(SCRATCH, `${name}-`))
  try {
    return await work(folder)
  } finally {
    await removeTree(folder)
  }
}

/** Removes what killed builds left. Needs the kit's lock: then nobody is building. */
export async function emptyScratch() {
  await removeTree(SCRATCH)
}
