import { showPath, showReason } from "../../src/changes/describe.js"
import type { Plan, SelectedService } from "../../src/changes/plan.js"
import type { FullRecord, RecordedUnit } from "../../src/run/record.js"

/**
 * Why a unit is in a run. `changed`: its own files, what concerns everything, or it was asked for. `affected`: only
 * something that it depends on.
 */
export type Affected = "changed" | "affected" | "unchanged"

/** A service, library or integration test in the picture of who needs whom. */
export interface GraphNode {
  name: string
  kind: RecordedUnit["kind"]
  state: Affected
  /** The reasons, in words. */
  why: string[]
  /** Names of what it depends on, without those that are not configured. */
  dependsOn: string[]
}

/** States in words: what was asked for, or always runs, need not have changed. */
export const STATE_WORDS: Record<Affected, string> = {
  changed: "selected itself",
  affected: "depends on what changed",
  unchanged: "not affected or not selected",
}

const MOST_REASONS = 8

/** What was affected, and why. */
export function affectedGraph({ units, plan, rows }: FullRecord): GraphNode[] {
  const names = new Set(units.map(({ name }) => name))
  const selected = new Map(plan?.services.map((one) => [one.name, one]))
  const ran = new Set(rows.map(({ service }) => service))
  const { owners, passed } = onTheWay(plan)
  return units.map(({ name, kind, dependsOn }) => {
    const one = selected.get(name)
    const base = { name, kind, dependsOn: dependsOn.filter((other) => names.has(other)) }
    if (one !== undefined) return { ...base, state: stateOf(one), why: why(one, plan) }
    if (owners.has(name))
      return { ...base, state: "changed" as const, why: [`changed: ${owners.get(name)}`] }
    const way = passed.get(name)
    if (way !== undefined) return { ...base, state: "affected" as const, why: [way] }
    // Without a plan, what ran is all that is known.
    const state = plan === null && ran.has(name) ? ("changed" as const) : ("unchanged" as const)
    return { ...base, state, why: [] }
  })
}

/** Libraries are in no plan by themselves: they stand on the way from a change to a service. */
function onTheWay(plan: Plan | null) {
  const owners = new Map<string, string>()
  const passed = new Map<string, string>()
  for (const { via = [] } of plan?.services ?? []) {
    const [path, owner, ...others] = via
    if (owner !== undefined) owners.set(owner, showPath(path ?? ""))
    for (const [index, name] of others.entries())
      if (!passed.has(name))
        passed.set(
          name,
          via
            .slice(0, index + 3)
            .map(showPath)
            .join(" → "),
        )
  }
  for (const { reasons } of plan?.services ?? [])
    for (const { dep } of reasons)
      if (dep !== undefined && !passed.has(dep)) passed.set(dep, "depends on what changed")
  return { owners, passed }
}

function stateOf({ reasons }: SelectedService): Affected {
  return reasons.some(({ kind }) => kind !== "dependency") ? "changed" : "affected"
}

function why({ reasons, via }: SelectedService, plan: Plan | null): string[] {
  const all = plan?.all ? [`everything runs, because ${showPath(plan.all.message)}`] : []
  const way = via === undefined ? [] : [via.map(showPath).join(" → ")]
  const shown = [...all, ...way, ...reasons.map(showReason)]
  const more = shown.length - MOST_REASONS
  return more > 0 ? [...shown.slice(0, MOST_REASONS), `and ${more} more`] : shown
}
