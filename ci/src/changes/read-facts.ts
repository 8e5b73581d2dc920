import { ChangeError } from "./errors.js"
import type { Facts, GatherResult } from "./facts.js"

/**
 * Reads the document that `gather.mjs` printed.
 *
 * @throws ChangeError with the exit code and message of a gathering that failed
 */
export function readFacts(text: string): Facts {
  return factsOf(JSON.parse(text) as GatherResult)
}

/**
 * The facts of a gathering that succeeded.
 *
 * @throws ChangeError with the exit code and message of one that failed
 */
export function factsOf(result: GatherResult): Facts {
  if (result.version !== 1) {
    throw new Error(`gather.mjs printed version ${String(result.version)} of its facts, not 1`)
  }
  if (!result.ok) throw new ChangeError(result.code, result.message)
  return result
}
