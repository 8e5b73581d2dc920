import type { FailOn, Scan, ServiceScan } from "../config/index.js"
import type { DecidedFinding } from "./decision.js"
import type { Finding } from "./finding.js"
import { severityRank } from "./finding.js"
import type { ToolReport } from "./tool-report.js"
import { reportName } from "./tool-report.js"

/** What a scan amounts to, in one word. */
export type Outcome = "clean" | "violated" | "incomplete" | "misconfigured"

/** The verdict on a scan. All lists are filled, whatever the outcome. */
export interface Verdict {
  outcome: Outcome
  /** 0 clean, 1 policy violated, 2 configuration error, 3 scan incomplete. */
  exitCode: 0 | 1 | 2 | 3
  /** How many findings fail, by severity as policy counts it. */
  violations: number
  /** What could not be looked at, one line each, with the tool in front. */
  incomplete: string[]
  /** What is wrong with the configuration, one line each. */
  errors: string[]
}

/** What the policy of a repository consists of. */
export interface Policy {
  scan: Scan
  services: readonly { name: string; scan: ServiceScan }[]
  /** YYYY-MM-DD. */
  today: string
  /** Names of services that were not looked at: what is known of them is reported, and fails nothing. */
  carried?: readonly string[]
}

/**
 * Decides. A configuration error comes first, since it can hide anything; then a violation, since
 * it is certain whatever else was not looked at; then what could not be looked at.
 */
export function decide(
  findings: readonly DecidedFinding[],
  reports: readonly ToolReport[],
  errors: string[],
  policy: Policy,
): Verdict {
  const fails = failureTest(policy)
  const violations = findings.filter(
    (finding) => finding.decision.state === "open" && fails(finding),
  ).length
  const incomplete = reports.flatMap((report) => notLookedAt(report, policy))
  const found = { violations, incomplete, errors }
  if (errors.length > 0) return { outcome: "misconfigured", exitCode: 2, ...found }
  if (violations > 0) return { outcome: "violated", exitCode: 1, ...found }
  if (incomplete.length > 0) return { outcome: "incomplete", exitCode: 3, ...found }
  return { outcome: "clean", exitCode: 0, ...found }
}

/** What a tool could not look at, or only with a database that is too old; with the tool in front. */
export function notLookedAt(report: ToolReport, policy: Policy): string[] {
  const { status, problems } = report
  const name = reportName(report)
  return [
    ...(status === "incomplete" ? problems.map((line) => `${name}: ${line}`) : []),
    ...oldDatabases(report, policy),
  ]
}

/** Says whether an open finding fails: the strictest of the services that it concerns counts. */
export function failureTest({
  scan,
  services,
  carried = [],
}: Policy): (finding: Finding) => boolean {
  const unseen = new Set(carried)
  const limits = new Map(services.map((service) => [service.name, service.scan.failOn]))
  return (finding) => {
    const { severity } = finding
    if (finding.services.length > 0 && finding.services.every((name) => unseen.has(name)))
      return false
    const rank = severityRank(severity === "unknown" ? scan.unknownSeverity : severity)
    const own = finding.services.map((name) => limits.get(name) ?? scan.failOn)
    return (own.length > 0 ? own : [scan.failOn]).some((limit) => rank >= limitRank(limit))
  }
}

function limitRank(limit: FailOn): number {
  return limit === "never" ? Number.POSITIVE_INFINITY : severityRank(limit)
}

function oldDatabases(report: ToolReport, { scan, today }: Policy): string[] {
  const tool = reportName(report)
  return report.databases.flatMap(({ name, updated }) => {
    if (updated === undefined) return []
    const days = Math.floor((Date.parse(`${today}T23:59:59Z`) - Date.parse(updated)) / 86_400_000)
    if (days <= scan.maxDatabaseAge) return []
    return [
      Number.isNaN(days)
        ? `${tool}: the age of ${name} can't be known: it says ${JSON.stringify(updated)}`
        : `${tool}: ${name} is ${days} days old, and scan.max_database_age is ${scan.maxDatabaseAge}`,
    ]
  })
}
