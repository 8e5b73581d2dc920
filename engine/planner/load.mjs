import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { Script } from "node:vm"

/** Names of the files of a built planner; the last one comes with its first use. */
export const PROGRAM = "plan.cjs"
/** What `init` runs: beside the planner, because it is made of the same sources, and seldom used. */
export const ADOPT_PROGRAM = "adopt.cjs"
/** What most plans do without: the parsers and checks of a configuration. */
export const LATE_PROGRAM = "late.cjs"
export const CONFIG_CACHE = "config.json"

/**
 * Loads a built planner, with the code that V8 compiled when it was built: compiling it anew takes
 * longer than planning. A cache of another V8 is refused by V8 itself, and costs nothing but time.
 *
 * @param {string} folder
 * @returns {{planner: typeof import("./local-plan.js"), scripts: Map<string, Script>}} and what was loaded of it, by name
 */
export function loadPlanner(folder) {
  /** @type {Map<string, Script>} */
  const scripts = new Map()
  /** @type {Map<string, unknown>} */
  const loaded = new Map()
  const load = (/** @type {string} */ program) => {
    if (!loaded.has(program)) loaded.set(program, run(program))
    return loaded.get(program)
  }
  const run = (/** @type {string} */ program) => {
    const filename = join(folder, program)
    const script = compile(filename)
    scripts.set(program, script)
    const require = createRequire(filename)
    const module = { exports: {} }
    script.runInThisContext()(
      module.exports,
      (/** @type {string} */ name) =>
        name === `./${LATE_PROGRAM}` ? load(LATE_PROGRAM) : require(name),
      module,
    )
    return module.exports
  }
  const planner = /** @type {typeof import("./local-plan.js")} */ (load(PROGRAM))
  return { planner, scripts }
}

/**
 * The file in which V8's code of a program is kept.
 *
 * @param {string} filename
 */
export function codeCache(filename) {
  return `${filename}.cache`
}

/** @param {string} filename */
function compile(filename) {
  const cache = codeCache(filename)
  // The bundler writes nothing but ASCII.
  const source = readFileSync(filename, "latin1")
  return new Script(`(function (exports, require, module) {${source}\n})`, {
    filename,
    ...(existsSync(cache) && { cachedData: readFileSync(cache) }),
  })
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
