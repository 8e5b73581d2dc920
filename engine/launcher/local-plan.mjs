import { join } from "node:path"
import { KitError } from "../lib/errors.mjs"
import { PLANNER_STAMP } from "../lib/paths.mjs"
import { CONFIG_CACHE, loadPlanner } from "../planner/load.cjs"

/**
 * Runs `plan` on the host where start.cjs could not at once: the planner is made first, of the module's own.
 *
 * @param {import("./arguments.mjs").LocalPlan} command
 * @returns {Promise<number>} exit code
 */
export async function runLocalPlan({ words }) {
  const folder = await plannerFolder()
  try {
    return await loadPlanner(folder).planner.runLocalPlan(words, join(folder, CONFIG_CACHE))
  } catch (error) {
    throw isKitError(error) ? new KitError(error.code, error.message, error) : error
  }
}

/** The folder of the programs that are made of the module for this host. */
export async function plannerFolder() {
  const { ensurePlanner } = await import("../lib/planner.mjs")
  return ensurePlanner(PLANNER_STAMP)
}

/**
 * The planner is a program of its own, with its own copy of the class.
 *
 * @param {unknown} error
 * @returns {error is KitError}
 */
function isKitError(error) {
  return error instanceof Error && error.name === "KitError"
}
