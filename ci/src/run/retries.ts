import { UsageError } from "./usage-error.js"

/** As many as services.json allows. */
const MOST = 5

/**
 * Checks how often failed tests are to be tried again.
 *
 * @throws UsageError for a number that is none, or too many
 */
export function checkRetries(retries: number): number {
  if (Number.isInteger(retries) && retries >= 0 && retries <= MOST) return retries
  throw new UsageError(`--retries must be a whole number from 0 to ${MOST}, not ${retries}`)
}
