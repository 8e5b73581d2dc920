import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { ensureBaseImages } from "./base-images.mjs"
import { ensurePackages } from "./debian.mjs"
import { isEngineCurrent, isEngineRunning, startEngine, stopEngine } from "./engine.mjs"
import { ensureFoundation } from "./foundation.mjs"
import { withLock } from "./lock.mjs"
import { answersNames } from "./network.mjs"
import { HOME, LOCK, RUN } from "./paths.mjs"
import { requirePrerequisites } from "./prerequisites.mjs"
import { say, step } from "./progress.mjs"
import { ensureRegistry, stopRegistry } from "./registry.mjs"
import { engineConnections } from "./sessions.mjs"
import { canReachDockerHub, readStandIns, writeStandIns } from "./stand-ins.mjs"

/**
 * Brings the native engine up: installs what is missing, builds what was never
 * built, starts what does not run. Does nothing that is done already; two calls
 * at once take turns.
 *
 * @param {{install?: boolean}} [options] install: false only says which packages are missing
 */
export async function up({ install = true } = {}) {
  await requirePrerequisites()
  await ensurePackages({ install })
  await mkdir(RUN, { recursive: true })
  await withLock(
    LOCK,
    () => say("another `pipeline` is preparing the engine; waiting for it"),
    async () => {
      const foundation = await ensureFoundation()
      const registry = await ensureRegistry()
      if (await isEngineRunning()) await replaceUnlessUsable(foundation)
      if (!(await isEngineRunning())) {
        const standIns = !(await canReachDockerHub(join(foundation.bin, "crane")))
        await step("starting the engine", () => startEngine(foundation, { registry, standIns }))
        await writeStandIns(standIns)
      }
      if (await readStandIns()) await ensureBaseImages(foundation, registry)
    },
  )
}

/**
 * Stops an engine that another version of the kit started, or whose containers can't look up names,
 * unless somebody's run is in it.
 *
 * @param {import("./foundation.mjs").Foundation} foundation
 */
async function replaceUnlessUsable(foundation) {
  const fault = !isEngineCurrent(foundation)
    ? "another version of the kit or other settings started"
    : (await answersNames())
      ? undefined
      : "has no name server that answers its containers"
  if (fault === undefined) return
  const connections = await engineConnections()
  if (connections > 0)
    return say(
      `the engine, which ${fault}, is in use (${connections} connections): it is taken as it is`,
    )
  await step(`stopping the engine, which ${fault}`, () => stopEngine())
}

/**
 * Starts the engine anew, which forgets what its sessions shared; what it cached on disk stays.
 *
 * @returns {Promise<boolean>} false when somebody's run is in it: then nothing was done
 */
export async function restart() {
  const stopped = await withLock(
    LOCK,
    () => say("another `pipeline` is preparing the engine; waiting for it"),
    async () => {
      if ((await engineConnections()) > 0) return false
      await stopEngine()
      return true
    },
  )
  if (stopped) await up()
  return stopped
}

/** Stops engine and registry; caches stay. */
export async function down() {
  await mkdir(HOME, { recursive: true })
  await withLock(
    LOCK,
    () => say("another `pipeline` is preparing the engine; waiting for it"),
    async () => {
      await stopEngine()
      await stopRegistry()
    },
  )
}
