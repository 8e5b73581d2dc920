import { daggerEnvironment } from "./environment.mjs"
import { run } from "./process.mjs"

/** An engine that is busy or hangs must not hold up whoever only looks. */
const LOOK_TIMEOUT_MS = 10_000

/**
 * @typedef {object} EngineCache
 * @property {string} version of the engine that runs, which may be older than the kit
 * @property {number} used bytes
 * @property {number} limit bytes it keeps before it collects garbage
 */

/**
 * Asks the running engine about its cache.
 *
 * @returns {Promise<EngineCache | undefined>} undefined when it gives no answer in time
 */
export async function readEngineCache() {
  const query = "{ version engine { localCache { maxUsedSpace entrySet { diskSpaceBytes } } } }"
  const { exitCode, stdout } = await ask(query, { allowFailure: true, timeoutMs: LOOK_TIMEOUT_MS })
  if (exitCode !== 0) return undefined
  const { version, engine } = JSON.parse(stdout)
  const { maxUsedSpace, entrySet } = engine.localCache
  return { version, used: entrySet.diskSpaceBytes, limit: maxUsedSpace }
}

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
