/**
 * What events say of a run beside its rows: enough for a report of a run whose record was lost, and
 * no more than a line can carry.
 */

import type { Plan } from "../changes/plan.js"
import type { FullRecord } from "./record.js"
import type { TestCase } from "./test-report.js"

const MOST_TESTS = 20
const MOST_MESSAGE = 400
const MOST_DETAILS = 2_000
/** Of the JSON of a plan, and of the units' beside it: with 500 services a reason each still fits. */
const MOST_CHARACTERS = 100_000
/** How much of each list is left where all of it is too long. */
const SHORTER = [10, 3, 1]
const SHORTENED =
  "this is what the launcher's events hold: of each list of this plan only its beginning"

/** What was selected, from what, and on which machine. */
export type PlannedRun = Pick<FullRecord, "plan" | "units" | "machine">

/** A plan and what it is about, short enough for an event. */
export function plannedForEvent({ plan, units, machine }: PlannedRun): PlannedRun {
  return {
    plan: plan === null ? null : (candidates(plan).find(fits) ?? null),
    units: fits(units) ? units : [],
    machine,
  }
}

/** A change of many files gives every service as many reasons: the first of them say why. */
function candidates(plan: Plan): Plan[] {
  const shortened = SHORTER.map((most) => ({
    ...plan,
    services: plan.services.map((service) => ({
      ...service,
      reasons: service.reasons.slice(0, most),
    })),
    unused: plan.unused.slice(0, most),
    warnings: [SHORTENED, ...plan.warnings.slice(0, most)],
  }))
  return [plan, ...shortened]
}

function fits(value: object): boolean {
  return JSON.stringify(value).length <= MOST_CHARACTERS
}

/** The tests that failed, short enough for an event; what is cut off is the beginning, since errors stand at the end. */
export function failedForEvent(cases: readonly TestCase[]): TestCase[] {
  return cases
    .filter(({ status }) => status === "failed")
    .slice(0, MOST_TESTS)
    .map((one) => ({
      ...one,
      message: one.message.slice(0, MOST_MESSAGE),
      ...(one.details !== undefined && { details: one.details.slice(-MOST_DETAILS) }),
    }))
}
