import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { Script } from "node:vm"

/** Names of the files of a built planner; the last one comes with its first use. */
export const PROGRAM = "plan.cjs"
/** What `init` runs: beside the planner, because it is made of the same sources, and seldom used. */
export const ADOPT_PROGRAM = "adopt.cjs"
export const CODE_CACHE = "plan.cache"
export const CONFIG_CACHE = "config.json"

/**
 * Loads a built planner, with the code that V8 compiled when it was built: compiling it anew takes
 * longer than planning. A cache of another V8 is refused by V8 itself, and costs nothing but time.
 *
 * @param {string} folder
 * @returns {{planner: typeof import("./local-plan.js"), script: Script}}
 */
export function loadPlanner(folder) {
  const filename = join(folder, PROGRAM)
  const cache = join(folder, CODE_CACHE)
  // The bundler writes nothing but ASCII.
  const source = readFileSync(filename, "latin1")
  const script = new Script(`(function (exports, require, module) {${source}\n})`, {
    filename,
    ...(existsSync(cache) && { cachedData: readFileSync(cache) }),
  })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(filename), module)
  return { planner: /** @type {typeof import("./local-plan.js")} */ (module.exports), script }
}

/**
 * Loads the program that proposes a repository's configuration.
 *
 * @param {string} folder
 * @returns {typeof import("../../ci/adopt/index.js")}
 */
export function loadAdopt(folder) {
  return createRequire(import.meta.url)(join(folder, ADOPT_PROGRAM))
}
