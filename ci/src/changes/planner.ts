import { compileRules, type Decision, decide } from "./decide.js"
import type { Comparison, Facts } from "./facts.js"
import {
  type AllReason,
  type Plan,
  REASON_KINDS,
  type Reason,
  type SelectedService,
} from "./plan.js"
import { type ChangeConfig, compareText, type PlannedUnit, plannedUnits } from "./units.js"

/**
 * Turns what git knows into the plan of a run: which services it concerns, and every reason.
 *
 * @example
 * const plan = planChanges(readFacts(stdout), config)
 */
export function planChanges(facts: Facts, config: ChangeConfig): Plan {
  const rules = compileRules(config, facts.symlinks)
  const main = decide(rules, facts, facts.headConfig)
  const perService = new Map<string, Decision>()
  for (const { services, ...comparison } of facts.since) {
    const decision = decide(rules, comparison, facts.headConfig)
    for (const name of services) perService.set(name, decision)
  }

  const units = plannedUnits(config)
  const decisions = new Set(units.map(({ name }) => perService.get(name) ?? main))
  const services = units.flatMap((unit) => selectService(unit, perService.get(unit.name) ?? main))
  const selected = new Set(services.map(({ name }) => name))
  const skipped = units.filter(({ name }) => !selected.has(name))
  return {
    version: 1,
    base: facts.base,
    head: facts.head,
    files: countPaths([facts, ...facts.since]),
    all: sharedReason(decisions),
    services,
    removed: main.removed,
    skipped: skipped.map((unit) => ({ ...unit, why: "unchanged" })),
    unused: main.unused,
    warnings: [...unknownBase(main), ...facts.warnings],
  }
}

function selectService(unit: PlannedUnit, { reasons, via }: Decision): SelectedService[] {
  const found = reasons.get(unit.name)
  if (found === undefined) return []
  const chain = via.get(unit.name)
  const sorted = [...found].sort(compareReasons)
  return [{ ...unit, reasons: sorted, ...(chain === undefined ? {} : { via: chain }) }]
}

/** Why all services are in, if each of them is in by a comparison that selects everything. */
function sharedReason(decisions: ReadonlySet<Decision>): AllReason | null {
  const reasons = [...decisions].map(({ all }) => all)
  return reasons.includes(null) ? null : (reasons[0] ?? null)
}

function unknownBase({ all }: Decision): string[] {
  return all?.code === "base-unresolved" ? [`everything runs, because ${all.message}`] : []
}

function countPaths(comparisons: readonly Pick<Comparison, "files">[]): number {
  return new Set(comparisons.flatMap(({ files }) => files.map(({ path }) => path))).size
}

function compareReasons(a: Reason, b: Reason): number {
  const byKind = REASON_KINDS.indexOf(a.kind) - REASON_KINDS.indexOf(b.kind)
  if (byKind !== 0) return byKind
  return compareText(reasonKey(a), reasonKey(b))
}

function reasonKey({ file, dep, glob, link, detail }: Reason): string {
  return [file, dep, glob, link, detail].map((part) => part ?? "").join("\0")
}
