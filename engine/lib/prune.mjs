import { mkdir, readFile, rm } from "node:fs/promises"
import { basename, join } from "node:path"
import { binariesPiece, cliPiece } from "./build-binaries.mjs"
import { diskUse, removeTree } from "./disk.mjs"
import { enginePid, isEngineRunning, stopEngine } from "./engine.mjs"
import { dropEngineCache, readEngineCache } from "./engine-cache.mjs"
import { KitError } from "./errors.mjs"
import { foundationPieces } from "./foundation.mjs"
import { withLock } from "./lock.mjs"
import {
  CHECKOUTS,
  HOME,
  LOCK,
  LOGS,
  PIECES,
  PLANNER_STAMPS,
  REGISTRY_STORE,
  RUN,
  SCRATCH,
  STATE,
} from "./paths.mjs"
import { allPieces, pieceFolder } from "./pieces.mjs"
import { plannerPiece } from "./planner.mjs"
import { say, step } from "./progress.mjs"
import { collectRegistryGarbage, stopRegistry } from "./registry.mjs"
import { engineConnections } from "./sessions.mjs"

const PIECE = /^(?<name>.+)-[0-9a-f]{16}$/

/**
 * @typedef {{folder: string, modified: Date}} FoundPiece
 */

/**
 * Frees disk: pieces of other versions, what killed builds left, the engine's cache, and in the
 * local registry build caches and what newer pushes replaced.
 *
 * @param {{all?: boolean}} [options] all: stops the engine and removes everything it has
 * @returns {Promise<number>} bytes freed
 */
export async function prune({ all = false } = {}) {
  await mkdir(HOME, { recursive: true })
  return withLock(
    LOCK,
    () => say("another `pipeline` is preparing the engine; waiting for it"),
    () => (all ? removeAll() : removeOld()),
  )
}

async function removeAll() {
  await step("stopping the engine", async () => {
    await stopEngine()
    await stopRegistry()
  })
  // By name: a home that was set to a folder with other things in it keeps those.
  const folders = [PIECES, STATE, REGISTRY_STORE, RUN, LOGS, SCRATCH, CHECKOUTS, join(HOME, "bin")]
  return removeFolders([...folders, PLANNER_STAMPS])
}

async function removeOld() {
  await requireNobody()
  const kept = await wantedFolders()
  const old = oldPieces(await allPieces(), kept)
  const freed = await removeFolders([...old, SCRATCH, CHECKOUTS, PLANNER_STAMPS])
  return freed + (await pruneEngineCache()) + (await pruneRegistry())
}

/**
 * A run that is in the engine shares results with those that begin before it ends; without the
 * data behind them all of these would fail.
 *
 * @throws {KitError} ENGINE_IN_USE
 */
async function requireNobody() {
  const connections = await engineConnections()
  if (connections === 0) return
  throw new KitError("ENGINE_IN_USE", `the engine is in use (${connections} connections)`, {
    exitCode: 1,
    next: "prune when the runs and terminals in it have ended; `./pipeline engine down` ends them",
  })
}

/** @returns {Promise<number>} bytes freed */
async function pruneRegistry() {
  const before = await diskUse(REGISTRY_STORE)
  const { caches } = await step("collecting the local registry's garbage", collectRegistryGarbage)
  if (caches.length > 0) say(`removed ${caches.length} build caches from the local registry`)
  const after = await diskUse(REGISTRY_STORE)
  return before === undefined || after === undefined ? 0 : Math.max(0, before - after)
}

/**
 * What this checkout needs, and what a running engine was started from, which may be older.
 *
 * @returns {Promise<string[]>}
 */
async function wantedFolders() {
  const pieces = [
    ...Object.values(await foundationPieces()),
    await binariesPiece(),
    await cliPiece(),
    await plannerPiece(),
  ]
  const pid = await enginePid()
  const commandLine =
    pid === undefined ? "" : await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
  const running = commandLine
    .split("\0")
    .filter((word) => word.startsWith(PIECES))
    .map((word) => join(PIECES, basename(word.replace(/\/bin$/, ""))))
  return [...pieces.map(pieceFolder), ...running]
}

/**
 * The pieces that nothing needs: of each name, all but the wanted ones, or all
 * but the newest where it isn't known which is wanted.
 *
 * @param {FoundPiece[]} pieces
 * @param {string[]} wanted folders
 * @returns {string[]} folders, those of unfinished builds included
 */
export function oldPieces(pieces, wanted) {
  const nameOf = (/** @type {string} */ folder) => PIECE.exec(basename(folder))?.groups?.name
  const known = new Set(wanted.map(nameOf))
  const newestFirst = [...pieces].sort(
    (one, other) => other.modified.getTime() - one.modified.getTime(),
  )
  const seen = new Set()
  return newestFirst
    .filter(({ folder }) => {
      const name = nameOf(folder)
      if (name === undefined) return true
      if (known.has(name)) return !wanted.includes(folder)
      const isNewest = !seen.has(name)
      seen.add(name)
      return !isNewest
    })
    .map(({ folder }) => folder)
}

/** @returns {Promise<number>} bytes freed */
async function pruneEngineCache() {
  if (!(await isEngineRunning())) {
    say("the engine does not run, so its cache stays as it is (`--all` removes it)")
    return 0
  }
  const before = await readEngineCache()
  await step("dropping what the engine cached", dropEngineCache)
  const after = await readEngineCache()
  return before && after ? Math.max(0, before.used - after.used) : 0
}

/**
 * @param {string[]} folders
 * @returns {Promise<number>} bytes freed
 */
async function removeFolders(folders) {
  let freed = 0
  for (const folder of folders) {
    freed += (await diskUse(folder)) ?? 0
    await removeTree(folder)
  }
  return freed
}
