import { join } from "node:path"
import { CHECKOUT, HOME } from "../lib/paths.mjs"
import { CONFIG_CACHE, loadPlanner } from "../planner/load.mjs"
import { stampedFolder } from "../planner/stamp.mjs"

/**
 * Runs `plan` on the host. The program is one file, made of the module's own planner.
 *
 * @param {import("./arguments.mjs").LocalPlan} command
 * @returns {Promise<number>} exit code
 */
export async function runLocalPlan({ words }) {
  const folder = await plannerFolder()
  return loadPlanner(folder).planner.runLocalPlan(words, join(folder, CONFIG_CACHE))
}

async function plannerFolder() {
  const stamp = join(HOME, "planner.json")
  const known = stampedFolder(stamp, CHECKOUT)
  return known ?? (await import("../lib/planner.mjs")).ensurePlanner(stamp)
}
