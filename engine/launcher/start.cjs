// What any Node.js can read, so that an old one is told apart from a broken one, without starting it twice.
const OLDEST = 20

// `pipeline` hid it from this start of Node only.
const { PIPELINE_EXTRA_CA_CERTS: certificates } = process.env
if (certificates) {
  process.env.NODE_EXTRA_CA_CERTS = certificates
  delete process.env.PIPELINE_EXTRA_CA_CERTS
}

if (Number(process.versions.node.split(".")[0]) < OLDEST) {
  process.stderr.write(
    `pipeline: needs Node.js ${OLDEST} or newer, found ${process.version}; install it from your distribution or nodejs.org\n`,
  )
  process.exitCode = 2
} else if (!isPlannedAtOnce(process.argv.slice(2))) {
  import("./main.mjs")
}

/**
 * Plans on the host, if that is wanted and the planner is there: it has all of the launcher in it that
 * it needs, and the launcher's own modules take a tenth of a plan's time to load.
 *
 * @param {string[]} words
 */
function isPlannedAtOnce(words) {
  if (!words.includes("--local")) return false
  const { join } = require("node:path")
  const { CHECKOUT, PLANNER_STAMP } = require("../lib/home.cjs")
  const { CONFIG_CACHE, loadPlanner } = require("../planner/load.cjs")
  const { stampedFolder } = require("../planner/stamp.cjs")
  try {
    const folder = stampedFolder(PLANNER_STAMP, CHECKOUT)
    if (folder === undefined) return false
    return loadPlanner(folder).planner.runAsProgram(words, join(folder, CONFIG_CACHE))
  } catch {
    // A planner that can't be loaded: the launcher says why.
    return false
  }
}
