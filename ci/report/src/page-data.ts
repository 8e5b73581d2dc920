import { showBase } from "../../src/changes/describe.js"
import { compareFindings, formatPlace, mainId } from "../../src/findings/finding.js"
import type { Category, Severity } from "../../src/findings/finding.js"
import type { FullRecord, RecordedFinding } from "../../src/run/record.js"
import type { Row, Stage } from "../../src/run/rows.js"
import { STAGES } from "../../src/run/rows.js"
import type { TestCase } from "../../src/run/test-report.js"
import type { Deployments } from "./deployments.js"
import type { GraphNode } from "./graph.js"
import { affectedGraph } from "./graph.js"
import type { Saved } from "./saved.js"
import { timeSaved } from "./saved.js"
import { readable, verdict } from "./text.js"
import { criticalPath, startOf } from "./timeline.js"
import type { TrendRun } from "./trend.js"
import { trendRun } from "./trend.js"

const MOST_CHARACTERS = 4000

/** Everything that report.html shows: a run, made ready to be drawn. */
export interface PageData {
  id: string
  command: string
  started: string
  seconds: number
  /** Full id; empty where it is not known. */
  commit: string
  result: ReturnType<typeof verdict>
  selection: string[]
  /** What was compared with what; empty when nothing was. */
  base: string
  machine: FullRecord["machine"]
  standIns: string[]
  /** What this run pushed, by tag and digest. */
  images: { service: string; reference: string }[]
  /** Why the report is not about everything; one line each. */
  incomplete: string[]
  /** The stages that occur, in order. */
  stages: Stage[]
  /** What ran, then what did not. */
  units: PageUnit[]
  rows: PageRow[]
  /** Indices of `rows`, first to last. */
  criticalPath: number[]
  saved: Saved
  tests: PageTest[]
  findings: PageFinding[]
  graph: GraphNode[]
  /** Oldest first; this run is the last. */
  trend: TrendRun[]
  /** Null when no history was given. */
  deployments: Deployments | null
}

/** A line of the grid. */
export interface PageUnit {
  name: string
  /** Index into `rows` by stage; null where the unit has no such stage. */
  cells: (number | null)[]
  /** Why it was left out; empty when it was not. */
  leftOut: "" | "unchanged" | "not selected"
}

export type PageRow = Row & {
  /** Seconds since the run began; null when the stage never did. */
  from: number | null
}

export type PageTest = TestCase & { service: string; stage: Stage }

export interface PageFinding {
  severity: Severity
  category: Category
  id: string
  message: string
  place: string
  /** Package and version, with the versions that mend it; empty when it is about none. */
  package: string
  tools: string[]
  services: string[]
  fails: boolean
  accepted: string
}

/**
 * Makes a run ready to be drawn.
 *
 * @param earlier runs before it, newest first
 * @param leftOut records that could not be read; one line each
 */
export function pageData(
  record: FullRecord,
  earlier: FullRecord[],
  leftOut: string[],
  deployments: Deployments | null = null,
): PageData {
  const { rows, plan } = record
  const stages = STAGES.filter((stage) => rows.some((row) => row.stage === stage))
  return {
    id: record.id,
    command: record.command,
    started: record.started,
    seconds: record.seconds,
    commit: record.commit,
    result: verdict(record.exitCode),
    selection: record.selection.map((line) => readable(line, MOST_CHARACTERS)),
    base: plan === null || plan.base.how === "none" ? "" : showBase(plan.base),
    machine: record.machine,
    standIns: record.standIns,
    images: record.images.map(({ service, repository, tag, digest }) => ({
      service,
      reference: `${repository}:${tag}@${digest}`,
    })),
    incomplete: [
      ...(record.incomplete ? [record.incomplete] : []),
      ...leftOut.map((line) => `left out of estimates and trend: ${line}`),
    ],
    stages,
    units: pageUnits(record, stages),
    rows: rows.map((row) => ({ ...row, from: startOf(row, record.started) })),
    criticalPath: criticalPath(rows, record.started),
    saved: timeSaved(record, earlier),
    tests: record.tests.flatMap(pageTests),
    findings: record.findings.toSorted(compareFindings).map(pageFinding),
    graph: affectedGraph(record),
    trend: [record, ...earlier].map(trendRun).reverse(),
    deployments,
  }
}

function pageUnits({ rows, unchanged, notSelected }: FullRecord, stages: Stage[]): PageUnit[] {
  const cells = new Map<string, (number | null)[]>()
  for (const [index, { service, stage }] of rows.entries()) {
    const own = cells.get(service) ?? stages.map(() => null)
    own[stages.indexOf(stage)] = index
    cells.set(service, own)
  }
  const others = (names: string[], why: PageUnit["leftOut"]) =>
    names
      .filter((name) => !cells.has(name))
      .map((name) => ({ name, cells: stages.map(() => null), leftOut: why }))
  return [
    ...[...cells].map(([name, own]) => ({ name, cells: own, leftOut: "" as const })),
    ...others(unchanged, "unchanged"),
    ...others(notSelected, "not selected"),
  ]
}

function pageTests({ service, stage, cases }: FullRecord["tests"][number]): PageTest[] {
  return cases.map((one) => ({
    ...one,
    service,
    stage,
    name: readable(one.name, MOST_CHARACTERS),
    suite: readable(one.suite, MOST_CHARACTERS),
    message: readable(one.message, MOST_CHARACTERS),
    ...(one.details !== undefined && { details: readable(one.details, MOST_CHARACTERS) }),
  }))
}

function pageFinding(finding: RecordedFinding): PageFinding {
  const { severity, category, message, place, detections, services, fails, accepted } = finding
  const about = finding.package
  const fixed = about && about.fixed.length > 0 ? `, mended in ${about.fixed.join(", ")}` : ""
  return {
    severity,
    category,
    id: mainId(finding),
    message: readable(message, MOST_CHARACTERS),
    place: formatPlace(place),
    package: about === undefined ? "" : `${about.name} ${about.version}${fixed}`,
    tools: [...new Set(detections.map(({ tool }) => tool))],
    services,
    fails,
    accepted,
  }
}
