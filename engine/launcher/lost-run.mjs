import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/**
 * The launcher's events of the last run, where that run did not get as far as leaving its record in the engine.
 *
 * @param {string} root of the repository
 * @returns {string | undefined} path from the root
 */
export function lostRun(root) {
  const folder = join(".pipeline", "runs")
  if (!existsSync(join(root, folder))) return undefined
  const last = readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .at(-1)
  if (last === undefined) return undefined
  const path = join(folder, last)
  const events = readFileSync(join(root, path), "utf8")
  const began = events.includes('"event":"run-started"')
  return began && !events.includes('"event":"run-finished"') ? path : undefined
}
