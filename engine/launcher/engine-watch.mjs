import { enginePid } from "../lib/engine.mjs"
import { RUNNER_HOST_VARIABLE } from "../lib/environment.mjs"
import { isReachable } from "./reachable.mjs"

const LOOK_EVERY_MS = 2_000

/** One look may meet an engine that is only busy. */
const LOOKS_BEFORE_SURE = 2

/**
 * How to tell, later, whether the engine of a run is gone.
 *
 * @param {import("./choose-engine.mjs").EngineChoice} choice
 * @param {Record<string, string | undefined>} environment of dagger
 * @returns {Promise<() => Promise<boolean>>}
 */
export async function engineProbe({ kind }, environment) {
  if (kind !== "native") {
    const address = environment[RUNNER_HOST_VARIABLE] ?? ""
    return async () => !(await isReachable(address))
  }
  const pid = await enginePid()
  return async () => pid !== undefined && (await enginePid()) !== pid
}

/**
 * Looks after the engine while dagger runs: dagger itself waits without end for
 * one that is gone.
 *
 * @param {() => Promise<boolean>} isGone
 * @param {() => void} onGone called once
 * @returns {() => void} ends it
 */
export function watchEngine(isGone, onGone) {
  let misses = 0
  let ended = false
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const look = async () => {
    misses = (await isGone()) ? misses + 1 : 0
    if (ended) return
    if (misses >= LOOKS_BEFORE_SURE) return onGone()
    timer = setTimeout(look, LOOK_EVERY_MS)
  }
  timer = setTimeout(look, LOOK_EVERY_MS)
  return () => {
    ended = true
    clearTimeout(timer)
  }
}
