import { CONFIG_FILES, type ConfigDiff, diffConfig } from "./config-diff.js"
import { affectedBy, chainTo, type Effect, usedUnits } from "./dependents.js"
import type { ChangedFile, Comparison, ConfigTexts, TrackedSymlink } from "./facts.js"
import { compileGlobList, type GlobList } from "./globs.js"
import { lazily } from "./lazily.js"
import { type Attribution, type Claim, Ownership } from "./ownership.js"
import type { AllReason, Reason, UnusedPath } from "./plan.js"
import { allUnits, type ChangeConfig, compareText, runnable, type Unit } from "./units.js"

/** The part of the configuration that stays the same for every comparison, compiled once. */
export interface Rules {
  config: ChangeConfig
  units: readonly Unit[]
  /** Of all units. */
  names: ReadonlySet<string>
  ownership: Ownership
  /** The services, and everything that one of them depends on. */
  used: ReadonlySet<string>
  ignore: GlobList
  global: GlobList
  symlinks: readonly TrackedSymlink[]
}

/** What one comparison means for the services. */
export interface Decision {
  all: AllReason | null
  /** Every reason of each affected service and library. */
  reasons: Map<string, Reason[]>
  /** The shortest explanation of those that only their dependencies select. */
  via: Map<string, string[]>
  removed: string[]
  unused: UnusedPath[]
}

/** Compiles the configuration's globs and paths. */
export function compileRules(config: ChangeConfig, symlinks: readonly TrackedSymlink[]): Rules {
  const units = allUnits(config)
  return {
    config,
    units,
    symlinks,
    names: new Set(units.map(({ name }) => name)),
    used: usedUnits(config, units),
    ownership: new Ownership(units, symlinks),
    ignore: compileGlobList(config.changes.ignore),
    global: compileGlobList(config.changes.global),
  }
}

/**
 * Decides which services a comparison concerns. Each path is looked at once: `ignore`, then `global`,
 * then the configuration files by their meaning, then the owners; a path without an owner concerns
 * everything, because nothing says whom it doesn't concern. The configuration files can't be ignored.
 */
export function decide(rules: Rules, comparison: Comparison, headConfig: ConfigTexts): Decision {
  const diff = diffConfig(comparison, headConfig)
  const own = new OwnReasons()
  addConfigReasons(own, rules.config, diff)
  const wide = new WideReasons(comparison.all)
  if (diff.all !== null) wide.add({ kind: "config", ...diff.all })
  const unused: UnusedPath[] = []
  const formerOwner = lazily(() => new Ownership(diff.baseUnits, rules.symlinks))

  const files = [...comparison.files].sort((a, b) => compareText(a.path, b.path))
  for (const file of files) {
    const why = placeFile(file)
    if (why !== null) unused.push({ path: file.path, why })
  }

  /** Finds what a path concerns; the answer is the reason why it concerns nothing. */
  function placeFile(file: ChangedFile): string | null {
    const { path } = file
    const isConfig = path === CONFIG_FILES.services || path === CONFIG_FILES.pipeline
    const ignored = isConfig ? null : rules.ignore.match(path)
    if (ignored !== null) return `ignored by changes.ignore (${ignored})`
    const glob = rules.global.match(path)
    if (glob !== null) return wide.add({ kind: "global", file: path, glob })
    const { claims, ignoredBy } = rules.ownership.attribute(file)
    for (const { name, reason } of claims) own.add(name, reason)
    if (isConfig) return saysNothing(path, diff) ? "means the same as at the base" : null
    if (claims.length > 0) return idleOwners(claims)
    if (ignoredBy.length > 0) return `ignored by ${ignoredBy.join(", ")}`
    return placeFormer(file, formerOwner().attribute(file))
  }

  /** A library may have no service behind it. */
  function idleOwners(claims: readonly Claim[]): string | null {
    if (claims.some(({ name }) => rules.used.has(name))) return null
    return `belongs to ${claims.map(({ name }) => name).join(", ")}, which no service depends on`
  }

  /** A path that belongs to nobody now may have belonged to somebody at the base. */
  function placeFormer({ path, status }: ChangedFile, { claims }: Attribution): string | null {
    const living = claims.filter(({ name }) => rules.names.has(name))
    for (const { name, reason } of living) own.add(name, reason)
    if (living.length > 0) return idleOwners(living)
    const gone = claims[0]
    if (status === "D" && gone !== undefined) return `belonged to ${gone.name}, which is gone`
    return wide.add({ kind: "unowned", file: path })
  }

  const effects = affectedBy(rules.units, own.names())
  return {
    all: wide.summary(),
    reasons: completeReasons(rules, own, wide, effects),
    via: explanations(rules.units, own, effects),
    removed: diff.removed,
    unused,
  }
}

/** The reasons that units have of their own, in the order of the files. */
class OwnReasons {
  readonly #byName = new Map<string, Reason[]>()

  add(name: string, reason: Reason): void {
    const list = this.#byName.get(name)
    if (list === undefined) this.#byName.set(name, [reason])
    else list.push(reason)
  }

  of(name: string): readonly Reason[] {
    return this.#byName.get(name) ?? []
  }

  names(): Iterable<string> {
    return this.#byName.keys()
  }
}

/** The reasons that concern every service: the first of each kind, and how many more there are. */
class WideReasons {
  readonly #first = new Map<AllReason["code"], { reason: Reason; message: string; count: number }>()

  constructor(unknown: Comparison["all"]) {
    if (unknown === null) return
    const reason: Reason = { kind: unknown.code }
    this.#first.set(unknown.code, { reason, message: unknown.message, count: 1 })
  }

  /** Returns null, which stands for "the path was used". */
  add(reason: Reason & { kind: "config" | "global" | "unowned" }): null {
    const known = this.#first.get(reason.kind)
    if (known !== undefined) known.count += 1
    else this.#first.set(reason.kind, { reason, message: wideMessage(reason), count: 1 })
    return null
  }

  reasons(): Reason[] {
    return [...this.#first.values()].map(({ reason }) => reason)
  }

  summary(): AllReason | null {
    const [first] = this.#first
    if (first === undefined) return null
    const [code, { message, count }] = first
    return { code, message: count > 1 ? `${message} (and ${count - 1} more like it)` : message }
  }
}

function wideMessage({ kind, file = "", glob, detail }: Reason): string {
  const path = JSON.stringify(file)
  if (kind === "global") return `${path} matches the global glob ${glob}`
  if (kind === "config") return `${file} changed for every service: ${detail}`
  return `${path} belongs to no service; declare it in "inputs", changes.global or changes.ignore`
}

function addConfigReasons(own: OwnReasons, config: ChangeConfig, diff: ConfigDiff): void {
  for (const [name, { file, detail }] of diff.units) own.add(name, { kind: "config", file, detail })
  const changed = new Set(diff.backingServices)
  if (changed.size === 0) return
  for (const { name, needs } of runnable(config)) {
    for (const need of needs.filter((each) => changed.has(each.name))) {
      const detail = `backing_services: ${need.name}`
      own.add(name, { kind: "config", file: CONFIG_FILES.pipeline, detail })
    }
  }
}

function saysNothing(path: string, diff: ConfigDiff): boolean {
  if (diff.all?.file === path) return false
  if (path === CONFIG_FILES.pipeline) return diff.backingServices.length === 0
  return diff.units.size === 0 && diff.removed.length === 0
}

/** Adds to each unit's own reasons those it shares with all, and those it has from dependencies. */
function completeReasons(
  { config, units }: Rules,
  own: OwnReasons,
  wide: WideReasons,
  effects: ReadonlyMap<string, Effect>,
): Map<string, Reason[]> {
  const always = new Set(config.services.filter((each) => each.always).map(({ name }) => name))
  const shared = wide.reasons()
  const all = new Map<string, Reason[]>()
  for (const { name, dependsOn } of units) {
    const dependencies = dependsOn.filter((dep) => explains(dep, name, effects)).sort(compareText)
    const reasons: Reason[] = [
      ...own.of(name),
      ...dependencies.map((dep): Reason => ({ kind: "dependency", dep })),
      ...shared,
      ...(always.has(name) ? [{ kind: "always" } as const] : []),
    ]
    if (reasons.length > 0) all.set(name, reasons)
  }
  return all
}

/** Whether a dependency is affected, and not merely by way of the one that depends on it. */
function explains(dep: string, name: string, effects: ReadonlyMap<string, Effect>): boolean {
  const effect = effects.get(dep)
  if (effect === undefined) return false
  const distance = effects.get(name)?.distance ?? Infinity
  return effect.distance <= distance || !chainTo(dep, effects).includes(name)
}

function explanations(
  units: readonly Unit[],
  own: OwnReasons,
  effects: ReadonlyMap<string, Effect>,
): Map<string, string[]> {
  const via = new Map<string, string[]>()
  for (const { name } of units) {
    if ((effects.get(name)?.distance ?? 0) === 0) continue
    const chain = chainTo(name, effects)
    const cause = own.of(chain[0] ?? "")[0]?.file ?? ""
    via.set(name, [cause, ...chain])
  }
  return via
}
