import { parse as parseYaml } from "yaml"
import { normalisePath, resolveOwnPath } from "../config/paths.js"
import type { Comparison, ConfigTexts } from "./facts.js"
import { compareText, type Unit } from "./units.js"

/** The configuration files by their key in the facts. */
export const CONFIG_FILES = { services: "services.json", pipeline: "pipeline.yaml" } as const

/** What a change of the configuration files means. */
export interface ConfigDiff {
  /** Units whose entry was added or changed, and what about it. */
  units: Map<string, ConfigReason>
  /** Backing services that were changed: they concern the services that need them. */
  backingServices: string[]
  /** A change that concerns every service. */
  all: ConfigReason | null
  /** Services of the base that are gone, by name. */
  removed: string[]
  /** The units as the base had them, for files that belonged to one of them. */
  baseUnits: Unit[]
}

/** Which part of which configuration file changed. */
export interface ConfigReason {
  file: string
  detail: string
}

type Json = Record<string, unknown>

/** The lists of entries in services.json. */
const KINDS = ["services", "libraries", "integration"] as const

/** Sections that no step of a run looks at: deployments, and how many services run side by side. */
const HARMLESS = new Set(["environments", "jobs"])
/** Lists whose order means nothing. */
const SETS = new Set(["depends_on", "inputs", "ignore", "needs"])

/**
 * Compares the configuration files of two states by meaning: layout, comments, and the order of keys
 * and entries count for nothing; the change of one entry concerns that entry.
 */
export function diffConfig(
  { baseConfig, baseConfigMissing, files }: Omit<Comparison, "all">,
  headConfig: ConfigTexts,
): ConfigDiff {
  const diff: ConfigDiff = {
    units: new Map(),
    backingServices: [],
    all: null,
    removed: [],
    baseUnits: [],
  }
  const changed = new Set(files.map(({ path }) => path))
  const steps = [
    { file: CONFIG_FILES.services, compare: compareServices, key: "services", parse: parseJson },
    { file: CONFIG_FILES.pipeline, compare: comparePipeline, key: "pipeline", parse: parseYaml },
  ] as const
  for (const { file, compare, key, parse } of steps) {
    if (!changed.has(file)) continue
    if (baseConfigMissing.includes(file)) {
      diff.all ??= { file, detail: "its content at the base is not in this clone" }
      continue
    }
    try {
      compare(diff, toObject(parse, baseConfig[key]), toObject(parse, headConfig[key]))
    } catch (error) {
      const why = error instanceof Error ? error.message.split("\n")[0] : String(error)
      diff.all ??= { file, detail: `it can't be compared with the base: ${why}` }
    }
  }
  return diff
}

function compareServices(diff: ConfigDiff, base: Json, head: Json): void {
  const file = CONFIG_FILES.services
  const before = entriesOf(base)
  const now = entriesOf(head)
  for (const [name, { kind, entry }] of now) {
    const old = before.get(name)
    const keys = old === undefined ? [] : changedKeys(old.entry, entry)
    if (old === undefined) diff.units.set(name, { file, detail: "new" })
    else if (old.kind !== kind) diff.units.set(name, { file, detail: `was in ${old.kind}` })
    else if (keys.length > 0) diff.units.set(name, { file, detail: keys.join(", ") })
  }
  const gone = [...before].filter(([name, { kind }]) => kind === "services" && !now.has(name))
  diff.removed = gone.map(([name]) => name).sort(compareText)
  diff.baseUnits = [...before].map(([name, { entry }]) => unitOf(name, entry))
  const known = new Set(["$schema", ...KINDS])
  const other = changedKeys(base, head).filter((key) => !known.has(key))
  if (other.length > 0) diff.all ??= { file, detail: other.join(", ") }
}

function comparePipeline(diff: ConfigDiff, base: Json, head: Json): void {
  const file = CONFIG_FILES.pipeline
  const details: string[] = []
  for (const key of changedKeys(base, head)) {
    if (HARMLESS.has(key)) continue
    if (key === "changes") details.push(...widerRules(objectOr(base[key]), objectOr(head[key])))
    else if (key === "backing_services") {
      diff.backingServices = changedKeys(objectOr(base[key]), objectOr(head[key]))
    } else details.push(key)
  }
  if (details.length > 0) diff.all ??= { file, detail: details.join(", ") }
}

/**
 * A new `global` glob concerns every service, and a new `ignore` glob could hide a change that came
 * with it. Taking a glob away selects more by itself.
 */
function widerRules(base: Json, head: Json): string[] {
  return changedKeys(base, head).flatMap((key) => {
    if (key === "base") return []
    const before = new Set(listOf(base[key]))
    const added = listOf(head[key]).filter((glob) => !before.has(glob))
    // A glob with "!" makes its list smaller, so for those it is the other way round.
    const now = new Set(listOf(head[key]))
    const freed = listOf(base[key]).filter((glob) => glob.startsWith("!") && !now.has(glob))
    return [...added, ...freed].map((glob) => `changes.${key}: ${glob}`)
  })
}

/** The keys whose values differ in meaning, sorted. */
function changedKeys(base: Json, head: Json): string[] {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(head)])].sort(compareText)
  return keys.filter((key) => canonical(key, base[key]) !== canonical(key, head[key]))
}

/**
 * One spelling for everything that means the same, "" for what is not there. Only where an empty
 * list or `false` is known to be the default does it count as not there.
 */
function canonical(key: string, value: unknown): string {
  if (value === undefined || value === null) return ""
  if (key === "always" && value === false) return ""
  if (key === "path" && typeof value === "string") return JSON.stringify(normalisePath(value))
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical("", item))
    if (!SETS.has(key)) return `[${items.join()}]`
    return items.length === 0 ? "" : `[${items.sort(compareText).join()}]`
  }
  if (typeof value !== "object") return JSON.stringify(value)
  const entries = Object.entries(value)
    .map(([name, item]) => [name, canonical(name, item)] as const)
    .filter(([, text]) => text !== "")
    .sort(([a], [b]) => compareText(a, b))
  return `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`
}

interface Entry {
  kind: (typeof KINDS)[number]
  entry: Json
}

function entriesOf(document: Json): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const kind of KINDS) {
    for (const item of Array.isArray(document[kind]) ? document[kind] : []) {
      const entry = objectOr(item)
      const { name } = entry
      if (typeof name !== "string") throw new Error(`an entry of ${kind} has no name`)
      if (entries.has(name)) throw new Error(`${name} is there twice`)
      entries.set(name, { kind, entry })
    }
  }
  return entries
}

/** As much of an entry as is needed to know which files belonged to it. */
function unitOf(name: string, entry: Json): Unit {
  const { dockerfile } = entry
  if (typeof entry.path !== "string") throw new Error(`${name} has no path`)
  const path = normalisePath(entry.path)
  const repository = objectOr(entry.build).context === "repository"
  return {
    name,
    path,
    dependsOn: [],
    inputs: listOf(entry.inputs),
    ignore: listOf(entry.ignore),
    build: { context: repository ? "repository" : "service" },
    ...(typeof dockerfile === "string" ? { dockerfile: resolveOwnPath(path, dockerfile) } : {}),
  }
}

function toObject(parse: (text: string) => unknown, text: string | undefined): Json {
  if (text === undefined || text.trim() === "") return {}
  const document = parse(text)
  return Array.isArray(document) ? { services: document } : objectOr(document)
}

function parseJson(text: string): unknown {
  return JSON.parse(text.replace(/^\uFEFF/, ""))
}

function objectOr(value: unknown): Json {
  if (value === undefined || value === null) return {}
  if (typeof value === "object" && !Array.isArray(value)) return value as Json
  throw new Error("a section is not a set of keys and values")
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : []
}
