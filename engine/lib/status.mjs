import { stat } from "node:fs/promises"
import { join } from "node:path"
import { baseImages } from "./base-images.mjs"
import { diskUse, freeSpace } from "./disk.mjs"
import { readEngineCache } from "./engine-cache.mjs"
import { enginePid, isEngineRunning } from "./engine.mjs"
import { DAGGER_VERSION, HOME, LOGS, PIECES, REGISTRY_STORE, RUN, SOCKET, STATE } from "./paths.mjs"
import { treeMemory } from "./memory.mjs"
import { registryAddress } from "./registry.mjs"
import { readStandIns } from "./stand-ins.mjs"

/**
 * @typedef {object} NativeStatus
 * @property {boolean} running
 * @property {string} version of the engine that runs, else of the one that would
 * @property {string} address
 * @property {number | null} pid
 * @property {string | null} since when it was started, ISO 8601
 * @property {string | null} registry address of the local one
 * @property {string[]} standIns images that the kit answers for, because docker.io can't be reached
 * @property {string} home
 * @property {{pieces: number | null, state: number | null, registry: number | null, logs: number | null, free: number}} disk bytes
 * @property {number | null} memory bytes that the engine and its containers' programs take now, as far as the kernel tells
 * @property {number | null} volumes bytes of `disk.state` that are package cache volumes
 * @property {number | null} cacheLimit bytes the running engine keeps before it collects garbage
 */

/** @returns {Promise<NativeStatus>} what is known of the native engine of this home */
export async function nativeStatus() {
  const [running, pid, registry] = await Promise.all([
    isEngineRunning(),
    enginePid(),
    registryAddress(),
  ])
  const cache = running ? await readEngineCache() : undefined
  const [pieces, store, logs] = await Promise.all([PIECES, REGISTRY_STORE, LOGS].map(diskUse))
  // The engine keeps count; measuring its millions of small files takes seconds.
  const state = cache?.used ?? (await diskUse(STATE))
  const standIns =
    running && (await readStandIns()) ? (await baseImages()).flatMap(({ tags }) => tags) : []
  return {
    running,
    version: cache?.version ?? DAGGER_VERSION,
    address: `unix://${SOCKET}`,
    pid: pid ?? null,
    since: running ? (await stat(join(RUN, "engine.pid"))).mtime.toISOString() : null,
    registry: registry ?? null,
    standIns: standIns.map(withoutLibrary).sort(),
    home: HOME,
    disk: {
      pieces: pieces ?? null,
      state: state ?? null,
      registry: store ?? null,
      logs: logs ?? null,
      free: await freeSpace(HOME),
    },
    memory: pid === undefined ? null : ((await treeMemory(pid)) ?? null),
    volumes: cache?.volumes ?? null,
    cacheLimit: cache?.limit ?? null,
  }
}

/** @param {string} tag as in the registry; users write it without docker.io's default folder */
function withoutLibrary(tag) {
  return tag.replace(/^library\//, "")
}
