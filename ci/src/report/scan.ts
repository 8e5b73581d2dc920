import type { Assessment } from "../findings/index.js"
import {
  countLine,
  failureTest,
  groupFindings,
  groupLine,
  headline,
  reportName,
} from "../findings/index.js"
import type { Policy, ToolReport } from "../findings/index.js"

const MOST_GROUPS = 30
const TAIL_LINES = 8

/**
 * A scan as text for a terminal or a log: the tools, then what fails, then what else there is in
 * numbers, then one line that sums up.
 */
export function formatScan(
  { findings, reports, verdict, notes, carried }: Assessment,
  policy: Policy,
  cached: readonly string[],
): string {
  const fails = failureTest({ ...policy, carried })
  const failing = groupFindings(
    findings.filter((finding) => finding.decision.state === "open" && fails(finding)),
  )
  const hidden = failing.length - MOST_GROUPS
  const broken = reports.filter(
    ({ status, tail }) => status === "incomplete" && tail.some((line) => line.trim() !== ""),
  )
  return [
    ...toolLines(reports, cached),
    "",
    ...failing.slice(0, MOST_GROUPS).map((group) => `FAILED  ${groupLine(group)}`),
    ...(hidden > 0 ? [`        ... and ${hidden} more`] : []),
    ...verdict.errors.map((line) => `ERROR   ${line}`),
    ...verdict.incomplete.map((line) => `NOT LOOKED AT  ${line}`),
    ...broken.flatMap((report) => [
      `  last lines of ${reportName(report)}:`,
      ...report.tail.slice(-TAIL_LINES).map((line) => `    ${line}`),
    ]),
    ...notes.map((line) => `note: ${line}`),
    ...(carried.length > 0
      ? [
          `${carried.length} unchanged services: what is known of them is counted, and fails nothing`,
        ]
      : []),
    `${countLine(findings)}; full report: dagger call scan-report -o security`,
    `${verdict.exitCode === 0 ? "PASSED" : "FAILED"}: ${headline(verdict)}`,
  ].join("\n")
}

function toolLines(reports: readonly ToolReport[], cached: readonly string[]): string[] {
  const widest = (texts: string[]) => Math.max(0, ...texts.map((text) => text.length))
  const [names, versions] = [
    widest(reports.map(reportName)),
    widest(reports.map(({ version }) => version)),
  ]
  return reports.map((report) => {
    const { status, problems, findings, version } = report
    const state =
      status === "skipped"
        ? `skipped: ${problems.join("; ")}`
        : `${status}  ${findings.length} findings`
    const name = reportName(report)
    const reused = cached.includes(name) ? "  cached" : ""
    return `${name.padEnd(names)}  ${version.padEnd(versions)}  ${state}${reused}`
  })
}
