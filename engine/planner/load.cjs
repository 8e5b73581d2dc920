// Read by the launcher's first lines too, which load no ES module before they have to.
const { existsSync, readFileSync } = require("node:fs")
const { createRequire } = require("node:module")
const { join } = require("node:path")
const { Script } = require("node:vm")

/** Names of the files of a built planner; the last one comes with its first use. */
const PROGRAM = "plan.cjs"
/** What `init` runs: beside the planner, because it is made of the same sources, and seldom used. */
const ADOPT_PROGRAM = "adopt.cjs"
/** What most plans do without: the parsers and checks of a configuration. */
const LATE_PROGRAM = "late.cjs"
const CONFIG_CACHE = "config.json"
/** Names the files of the checkout that a plan's programs are made of. */
const PLAN_SOURCES = "sources.json"

/**
 * Loads a built planner, with the code that V8 compiled when it was built: compiling it anew takes
 * longer than planning. A cache of another V8 is refused by V8 itself, and costs nothing but time.
 *
 * @param {string} folder
 * @returns {{planner: typeof import("./local-plan.js"), loaded: Map<string, {script: Script}>}} and its programs, as far as they were needed so far
 */
function loadPlanner(folder) {
  /** @type {Map<string, {script: Script, exports: unknown}>} */
  const loaded = new Map()
  /** @param {string} program */
  const load = (program) => loaded.get(program)?.exports ?? run(program)
  /** @param {string} program */
  const run = (program) => {
    const filename = join(folder, program)
    const script = compile(filename)
    const requireThere = createRequire(filename)
    const module = { exports: {} }
    script.runInThisContext()(
      module.exports,
      (/** @type {string} */ name) =>
        name === `./${LATE_PROGRAM}` ? load(LATE_PROGRAM) : requireThere(name),
      module,
    )
    loaded.set(program, { script, exports: module.exports })
    return module.exports
  }
  const planner = /** @type {typeof import("./local-plan.js")} */ (load(PROGRAM))
  return { planner, loaded }
}

/**
 * The file in which V8's code of a program is kept.
 *
 * @param {string} filename
 */
function codeCache(filename) {
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
function loadAdopt(folder) {
  return require(join(folder, ADOPT_PROGRAM))
}

exports.PROGRAM = PROGRAM
exports.ADOPT_PROGRAM = ADOPT_PROGRAM
exports.LATE_PROGRAM = LATE_PROGRAM
exports.CONFIG_CACHE = CONFIG_CACHE
exports.PLAN_SOURCES = PLAN_SOURCES
exports.loadPlanner = loadPlanner
exports.loadAdopt = loadAdopt
exports.codeCache = codeCache
