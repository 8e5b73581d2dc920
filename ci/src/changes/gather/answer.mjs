// @ts-check
import { gather } from "./facts.mjs"
import { GatherError } from "./failure.mjs"

/**
 * Asks git what changed. Never throws on bad input: the answer then has `ok: false`.
 *
 * @param {import("../facts.js").GatherRequest} request
 * @param {Partial<import("./facts.mjs").Surroundings>} [surroundings] by default this process's
 * @returns {Promise<import("../facts.js").GatherResult>}
 */
export async function gatherFacts(request, surroundings = {}) {
  return orFailure(() => gather(request, { cwd: process.cwd(), env: process.env, ...surroundings }))
}

/**
 * Turns a problem of the user's into an answer.
 *
 * @param {() => Promise<import("../facts.js").GatherResult>} work
 * @returns {Promise<import("../facts.js").GatherResult>}
 */
export async function orFailure(work) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof GatherError)) throw error
    return { ok: false, version: 1, code: error.code, message: error.message }
  }
}
