import { existsSync } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { baseImages } from "./base-images.mjs"
import { diskUse, freeSpace } from "./disk.mjs"
import { enginePid, isEngineRunning } from "./engine.mjs"
import { DAGGER_VERSION, HOME, LOGS, PIECES, REGISTRY_STORE, RUN, SOCKET, STATE } from "./paths.mjs"
import { registryAddress } from "./registry.mjs"
import { readStandIns } from "./stand-ins.mjs"

/**
 * @typedef {object} NativeStatus
 * @property {boolean} running
 * @property {string} version
 * @property {string} address
 * @property {number | null} pid
 * @property {string | null} since when it was started, ISO 8601
 * @property {string | null} registry address of the local one
 * @property {string[]} standIns images that the kit answers for, because docker.io can't be reached
 * @property {string} home
 * @property {{pieces: number | null, state: number | null, registry: number | null, logs: number | null, free: number}} disk bytes
 * @property {string | null} cacheLimit how much the running engine keeps before it collects garbage
 */

/** @returns {Promise<NativeStatus>} what is known of the native engine of this home */
export async function nativeStatus() {
  const [running, pid, registry, limit] = await Promise.all([isEngineRunning(), enginePid(), registryAddress(), cacheLimit()])
  const [pieces, state, store, logs] = await Promise.all([PIECES, STATE, REGISTRY_STORE, LOGS].map(diskUse))
  const standIns = running && (await readStandIns()) ? (await baseImages()).flatMap(({ tags }) => tags) : []
  return {
    running,
    version: DAGGER_VERSION,
    address: `unix://${SOCKET}`,
    pid: pid ?? null,
    since: running ? (await stat(join(RUN, "engine.pid"))).mtime.toISOString() : null,
    registry: registry ?? null,
    standIns: standIns.map(withoutLibrary).sort(),
    home: HOME,
    disk: { pieces: pieces ?? null, state: state ?? null, registry: store ?? null, logs: logs ?? null, free: await freeSpace(HOME) },
    cacheLimit: running ? limit : null,
  }
}

/** @returns {Promise<string | null>} */
async function cacheLimit() {
  const file = join(RUN, "engine.json")
  if (!existsSync(file)) return null
  return JSON.parse(await readFile(file, "utf8")).gc?.maxUsedSpace ?? null
}

/** @param {string} tag as in the registry; users write it without docker.io's default folder */
function withoutLibrary(tag) {
  return tag.replace(/^library\//, "")
}
