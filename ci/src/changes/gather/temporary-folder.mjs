// @ts-check
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/**
 * @typedef {object} TemporaryFolder
 * @property {() => string} path makes the folder when it is first asked for
 * @property {() => void} remove
 */

/**
 * A temporary folder that is made only where it is needed, which is seldom.
 *
 * @param {string} prefix of its name
 * @returns {TemporaryFolder}
 */
export function temporaryFolder(prefix) {
  /** @type {string | undefined} */
  let folder
  return {
    path: () => (folder ??= mkdtempSync(join(tmpdir(), prefix))),
    remove: () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
