/**
 * What every scanner's result becomes: one model, whatever the tool calls things. No Dagger in
 * here, and nothing that can reach a network.
 */

/** From the mildest to the worst; `unknown` is what policy says it counts as. */
export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const

export type Severity = (typeof SEVERITIES)[number] | "unknown"

export const CATEGORIES = [
  "code",
  "secret",
  "vulnerability",
  "misconfiguration",
  "licence",
] as const

export type Category = (typeof CATEGORIES)[number]

/**
 * Where a severity came from: the tool itself, our table (`severity-map.ts`), or another tool that
 * reported the same thing.
 */
export type SeveritySource = "tool" | "map" | "alias" | "none"

/** A place in a file of the repository or of an image. Lines and columns count from 1. */
export interface Place {
  /** From the repository's root, with "/"; or a path inside an image. */
  file: string
  line?: number
  endLine?: number
  column?: number
  endColumn?: number
  /** Full commit id, when the place is in git's history and not in the checkout. */
  commit?: string
}

/** A package that a finding is about. */
export interface Package {
  /** Of a package URL: pypi, npm, golang, deb, ... */
  ecosystem: string
  /** As the ecosystem normalises it. */
  name: string
  /** Empty when the tool knows none. */
  version: string
  /** Versions that have the fix, in the tool's order. */
  fixed: string[]
}

/** One tool that reported a finding. */
export interface Detection {
  tool: string
  /** The tool's own name of the rule: B602, DL3002, GHSA-... */
  rule: string
}

/** One thing that is wrong, wherever and by however many tools it was found. */
export interface Finding {
  category: Category
  /**
   * All names of it, sorted: vulnerability ids with their aliases, or `tool:rule`, with the common
   * name of rules that say the same (`equivalent-rules.ts`).
   */
  ids: string[]
  detections: Detection[]
  severity: Severity
  severitySource: SeveritySource
  /** CVSS score, 0 to 10, where a tool gives one. */
  score?: number
  /** One or a few sentences; never holds a secret. */
  message: string
  place: Place
  package?: Package
  /** Names of the services it concerns, sorted. */
  services: string[]
  /**
   * What it is about, whatever line and file that stands in: the package, or a hash of the line.
   * Empty until `withSubjects` has seen the sources.
   */
  subject: string
}

/** What a tool says about one of its rules. */
export interface Rule extends Detection {
  name: string
  /** One sentence. */
  summary: string
  /** What to do about it. */
  help: string
  url?: string
  tags: string[]
}

/** Compares texts by code unit, so that no machine's language changes an order. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** Distinct texts in a fixed order. */
export function sortedUnique(texts: Iterable<string>): string[] {
  if (Array.isArray(texts) && texts.length < 2) return [...texts]
  return [...new Set(texts)].sort(compareText)
}

/** 0 for unknown, then from 1 for info to 5 for critical. */
export function severityRank(severity: Severity): number {
  return RANKS[severity]
}

const RANKS: Readonly<Record<Severity, number>> = {
  unknown: 0,
  info: 1,
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
}

/** The order of findings in every output: worst first, then by place, then by name. */
export function compareFindings(one: Finding, other: Finding): number {
  return (
    severityRank(other.severity) - severityRank(one.severity) ||
    comparePlaces(one.place, other.place) ||
    compareText(mainId(one), mainId(other)) ||
    compareText(one.package?.name ?? "", other.package?.name ?? "") ||
    compareText(one.package?.version ?? "", other.package?.version ?? "") ||
    compareText(JSON.stringify(one), JSON.stringify(other))
  )
}

/** Orders places as files are read. */
export function comparePlaces(one: Place, other: Place): number {
  return (
    compareText(one.file, other.file) ||
    (one.line ?? 0) - (other.line ?? 0) ||
    (one.column ?? 0) - (other.column ?? 0) ||
    (one.endLine ?? 0) - (other.endLine ?? 0) ||
    (one.endColumn ?? 0) - (other.endColumn ?? 0) ||
    compareText(one.commit ?? "", other.commit ?? "")
  )
}

/** The id that people know best: a CVE before other vulnerability ids, a rule as its tool writes it. */
export function mainId({ category, ids, detections }: Finding): string {
  if (category === "vulnerability") {
    for (const prefix of PREFERRED_IDS) {
      const known = ids.find((id) => id.startsWith(prefix))
      if (known !== undefined) return known
    }
    return ids[0] ?? ""
  }
  const [detection] = detections
  return detection === undefined ? (ids[0] ?? "") : `${detection.tool}:${detection.rule}`
}

const PREFERRED_IDS = ["CVE-", "GHSA-", "PYSEC-", "GO-"]

/** A place as people write it: `services/api/app.py:12`. */
export function formatPlace({ file, line, commit }: Place): string {
  const at = line === undefined ? file : `${file}:${line}`
  return commit === undefined ? at : `${at} (commit ${commit.slice(0, 12)})`
}
