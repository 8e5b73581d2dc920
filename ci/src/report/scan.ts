import type { Assessment } from "../findings/index.js"
import {
  countLine,
  failureTest,
  groupFindings,
  groupLine,
  headline,
  reportName,
} from "../findings/index.js"
import type { Policy } from "../findings/index.js"

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
    ...reports.map((report) => {
      const state =
        report.status === "skipped" ? `skipped: ${report.problems.join("; ")}` : report.status
      const found = report.status === "skipped" ? "" : `  ${report.findings.length} findings`
      const name = reportName(report)
      const reused = cached.includes(name) ? "  cached" : ""
      return `${name.padEnd(12)} ${report.version.padEnd(8)} ${state}${found}${reused}`
    }),
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
