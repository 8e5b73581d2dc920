import { showBase, showPath } from "../changes/describe.js"
import type { Plan } from "../changes/plan.js"

/**
 * What a run was asked for and why, in its first lines: what makes it larger
 * than the change comes first.
 */
export function selectionLines(plan: Plan): string[] {
  const total = plan.services.length + plan.skipped.length
  const { all, base } = plan
  // What made the run larger is the first line; the planner also warns of it.
  const warnings = plan.warnings
    .filter((text) => text !== `everything runs, because ${all?.message}`)
    .map((text) => `warning: ${showPath(text)}`)
  if (all !== null)
    return [`Running all ${total} services, because ${showPath(all.message)}`, ...warnings]
  if (base.how === "none")
    return [`Running ${plan.services.length} of ${total} services, as named`, ...warnings]
  const changed = `${plan.files} ${plan.files === 1 ? "file" : "files"} changed since ${showBase(base)}`
  const unchanged = plan.skipped.filter(({ why }) => why === "unchanged").map(({ name }) => name)
  return [
    ...warnings,
    `Running ${plan.services.length} of ${total} services: ${changed}`,
    ...(unchanged.length > 0 ? [`unchanged: ${unchanged.join(", ")}`] : []),
  ]
}
