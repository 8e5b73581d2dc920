import { showBase, showPath } from "../changes/describe.js"
import { countServices } from "../changes/format.js"
import type { Plan } from "../changes/plan.js"

/**
 * What a run was asked for and why, in its first lines: what makes it larger
 * than the change comes first.
 */
export function selectionLines(plan: Plan): string[] {
  const selected = countServices(plan.services)
  const total = selected + countServices(plan.skipped)
  const { all, base } = plan
  // What made the run larger is the first line; the planner also warns of it.
  const tests = plan.services.length - selected
  const more = tests > 0 ? ` and ${tests} integration ${tests === 1 ? "test" : "tests"}` : ""
  const warnings = plan.warnings
    .filter((text) => text !== `everything runs, because ${all?.message}`)
    .map((text) => `warning: ${showPath(text)}`)
  if (all !== null)
    return [`Running all ${total} services${more}, because ${showPath(all.message)}`, ...warnings]
  if (base.how === "none")
    return [`Running ${selected} of ${total} services${more}, as named`, ...warnings]
  const changed = `${plan.files} ${plan.files === 1 ? "file" : "files"} changed since ${showBase(base)}`
  const leftOut = (wanted: (typeof plan.skipped)[number]["why"]) =>
    plan.skipped.filter(({ why }) => why === wanted).map(({ name }) => name)
  const unchanged = leftOut("unchanged")
  const notSelected = leftOut("not requested")
  return [
    ...warnings,
    `Running ${selected} of ${total} services${more}: ${changed}`,
    ...(unchanged.length > 0 ? [`unchanged: ${unchanged.join(", ")}`] : []),
    ...(notSelected.length > 0 ? [`not selected: ${notSelected.join(", ")}`] : []),
  ]
}
