import { closest } from "../config/suggest.js"
import { ChangeError } from "./errors.js"
import type { Head } from "./facts.js"
import type { Plan, Reason } from "./plan.js"
import { type ChangeConfig, compareText, plannedUnits } from "./units.js"

const NO_BASE = { sha: null, how: "none", shallow: false } as const
const NO_HEAD: Head = { sha: null }

/** Which services a run is asked for. */
export interface Selection {
  /** Only what changed. */
  changed: boolean
  /** Only these; empty means all. */
  names: readonly string[]
}

/**
 * Plans a run. Git is only asked when the change decides, and not before the names are known to exist.
 *
 * @throws ChangeError (2) for a name that `services.json` does not have
 */
export async function selectPlan(
  config: ChangeConfig,
  { changed, names }: Selection,
  detect: () => Promise<Plan>,
): Promise<Plan> {
  if (names.length > 0) checkNames(sortedNames(config), names)
  if (!changed) return names.length > 0 ? planNamed(config, names) : planEverything(config)
  const plan = await detect()
  return names.length > 0 ? restrictPlan(plan, names) : plan
}

/** Plans every service, without looking at git: what `ci` does unless it is told otherwise. */
export function planEverything(config: ChangeConfig): Plan {
  return {
    ...emptyPlan(),
    all: { code: "requested", message: "--changed was not given" },
    services: plannedUnits(config).map((unit) => ({ ...unit, reasons: [{ kind: "requested" }] })),
  }
}

/**
 * Plans the services that were named, without looking at git.
 *
 * @throws ChangeError (2) for a name that `services.json` does not have
 */
export function planNamed(config: ChangeConfig, names: readonly string[]): Plan {
  const wanted = checkNames(sortedNames(config), names)
  return restrictPlan(planEverything(config), [...wanted])
}

/**
 * Leaves only the named services in a plan.
 *
 * @throws ChangeError (2) for a name that `services.json` does not have
 */
export function restrictPlan(plan: Plan, names: readonly string[]): Plan {
  const all = [...plan.services, ...plan.skipped].map(({ name }) => name)
  const wanted = checkNames(all, names)
  const requested: Reason = { kind: "requested" }
  const withReason = (reasons: Reason[]) =>
    reasons.some(({ kind }) => kind === "requested") ? reasons : [...reasons, requested]
  const dropped = plan.services.filter(({ name }) => !wanted.has(name))
  const skipped = [
    ...plan.skipped,
    ...dropped.map(({ reasons, via, ...unit }) => ({ ...unit, why: "not requested" }) as const),
  ]
  return {
    ...plan,
    all: dropped.length > 0 ? null : plan.all,
    services: plan.services
      .filter(({ name }) => wanted.has(name))
      .map((service) => ({ ...service, reasons: withReason(service.reasons) })),
    skipped: skipped.sort((a, b) => compareText(a.name, b.name)),
  }
}

/**
 * Refuses names that do not exist.
 *
 * @throws ChangeError (2) that lists all of them, each with the name that was probably meant
 */
export function checkNames(known: readonly string[], names: readonly string[]): Set<string> {
  const existing = new Set(known)
  const wanted = new Set(names.map((name) => name.trim()).filter((name) => name !== ""))
  const unknown = [...wanted].filter((name) => !existing.has(name))
  if (unknown.length > 0)
    throw new ChangeError(2, unknown.map((name) => refuse(name, known)).join("\n"))
  if (wanted.size === 0) {
    throw new ChangeError(2, `No service was named. services.json has: ${known.join(", ")}`)
  }
  return wanted
}

function refuse(name: string, known: readonly string[]): string {
  const guess = closest(name, known)
  const hint =
    guess === undefined
      ? `services.json has: ${known.join(", ") || "no services"}`
      : `Did you mean ${JSON.stringify(guess)}?`
  return `There is no service ${JSON.stringify(name)}. ${hint}`
}

function sortedNames(config: ChangeConfig): string[] {
  return plannedUnits(config).map(({ name }) => name)
}

function emptyPlan(): Plan {
  return {
    version: 1,
    base: NO_BASE,
    head: NO_HEAD,
    files: 0,
    all: null,
    services: [],
    removed: [],
    skipped: [],
    unused: [],
    warnings: [],
  }
}
