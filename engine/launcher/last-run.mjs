import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/**
 * The last run of this checkout that the launcher has events of.
 *
 * @typedef {object} LastRun
 * @property {string} id
 * @property {string} path of its events, from the root
 * @property {boolean} isLost whether it did not get as far as leaving its record in the engine
 */

/**
 * @param {string} root of the repository
 * @returns {LastRun | undefined}
 */
export function lastRun(root) {
  const folder = join(".pipeline", "runs")
  if (!existsSync(join(root, folder))) return undefined
  const last = readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .at(-1)
  if (last === undefined) return undefined
  const path = join(folder, last)
  const events = readFileSync(join(root, path), "utf8")
  if (!events.includes('"event":"run-started"')) return undefined
  return {
    id: last.slice(0, -".jsonl".length),
    path,
    isLost: !events.includes('"event":"run-finished"'),
  }
}
