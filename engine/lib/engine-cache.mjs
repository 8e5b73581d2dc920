import { daggerEnvironment } from "./environment.mjs"
import { run } from "./process.mjs"

/** An engine that is busy or hangs must not hold up whoever only looks. */
const LOOK_TIMEOUT_MS = 10_000

/** Docker may have to fetch the engine's image first. */
const START_TIMEOUT_MS = 300_000

/**
 * @typedef {object} EngineCache
 * @property {string} version of the engine that runs, which may be older than the kit
 * @property {number} used bytes
 * @property {number} volumes bytes of it that are cache volumes
 * @property {number} limit bytes it keeps before it collects garbage
 */

/**
 * Asks the running engine about its cache.
 *
 * @returns {Promise<EngineCache | undefined>} undefined when it gives no answer in time
 */
export async function readEngineCache() {
  const query =
    "{ version engine { localCache { maxUsedSpace entrySet { diskSpaceBytes entries { description diskSpaceBytes } } } } }"
  const { exitCode, stdout } = await ask(query, { allowFailure: true, timeoutMs: LOOK_TIMEOUT_MS })
  if (exitCode !== 0) return undefined
  const { version, engine } = JSON.parse(stdout)
  const { maxUsedSpace, entrySet } = engine.localCache
  const volumes = entrySet.entries
    .filter((/** @type {{description: string}} */ entry) => entry.description.startsWith(VOLUME))
    .reduce(
      (/** @type {number} */ sum, /** @type {{diskSpaceBytes: number}} */ entry) =>
        sum + entry.diskSpaceBytes,
      0,
    )
  return { version, used: entrySet.diskSpaceBytes, volumes, limit: maxUsedSpace }
}

/**
 * Whether an engine has cached no step yet. Every session leaves an entry or two of its own.
 *
 * @param {string} dagger path of the CLI
 * @param {NodeJS.ProcessEnv} env that names the engine
 * @returns {Promise<boolean>} false also when it gives no answer
 */
export async function isEngineEmpty(dagger, env) {
  const { exitCode, stdout } = await run(dagger, ["query", "--no-mod", "--silent"], {
    allowFailure: true,
    timeoutMs: START_TIMEOUT_MS,
    cwd: "/",
    input: "{ engine { localCache { entrySet { entries { description } } } } }",
    env,
  })
  if (exitCode !== 0) return false
  const { entries } = JSON.parse(stdout).engine.localCache.entrySet
  return !entries.some((/** @type {{description: string}} */ { description }) =>
    description.includes(STEP),
  )
}

/** How it describes what a step left. */
const STEP = " from exec "

/** How the engine's cache describes the content of a cache volume. */
const VOLUME = "cached mount "

/** Drops all that the running engine cached and no run is using. */
export async function dropEngineCache() {
  await ask("{ engine { localCache { prune } } }")
}

/**
 * @param {string} query
 * @param {import("./process.mjs").RunOptions} [options]
 */
async function ask(query, options = {}) {
  // From the root folder: the engine would read the .env files of any other.
  return run("dagger", ["query", "--no-mod", "--silent"], {
    ...options,
    cwd: "/",
    input: query,
    env: await daggerEnvironment(),
  })
}
