// Read by the launcher's first lines too, which load no ES module before they have to.
const { homedir } = require("node:os")
const { join, resolve } = require("node:path")

/** The repository that this program is part of, with a slash at its end. */
exports.CHECKOUT = join(__dirname, "../../")

/**
 * Root shares one engine with the whole machine. Anybody else can't start one,
 * but still keeps the dagger CLI somewhere: for Docker's engine.
 *
 * @param {{uid?: number, environment?: NodeJS.ProcessEnv}} [user]
 * @returns {string}
 */
function defaultHome({ uid = process.getuid?.(), environment = process.env } = {}) {
  if (uid === 0) return "/var/cache/pipeline-engine"
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "pipeline-engine")
}
exports.defaultHome = defaultHome

/**
 * Every place the kit writes to: one folder outside the checkout.
 *
 * `PIPELINE_ENGINE_HOME` moves it; two homes are two independent engines.
 */
exports.HOME = resolve(process.env.PIPELINE_ENGINE_HOME || defaultHome())

/** What the planner of each checkout was built from. */
exports.PLANNER_STAMPS = join(exports.HOME, "planners")

/** That of this one. The end of its path, because names of files have a limit. */
exports.PLANNER_STAMP = join(
  exports.PLANNER_STAMPS,
  `${encodeURIComponent(exports.CHECKOUT).slice(-200)}.json`,
)
