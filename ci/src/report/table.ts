import { leftOutCounts } from "../run/unchanged.js"
import type { Row, RunRecord, ServerLog, Status } from "../run/rows.js"

const MARKS: Record<Status, string> = {
  passed: "ok",
  failed: "FAILED",
  error: "ERROR",
  skipped: "-",
}
const TAIL_LINES = 12
const LOG_LINES = 8
/** So many failures are seen without scrolling. */
const SEEN_FAILURES = 2

/**
 * A run as text for a terminal or a log: the table, then what failed with everything
 * needed to mend it, then one line that sums up. The end is what people see first, without
 * scrolling: nothing comes between the failures and the verdict but the names of more than fit.
 */
export function formatRun(record: RunRecord): string {
  const bad = record.rows.filter(({ status }) => status === "failed" || status === "error")
  return [
    ...record.selection,
    ...(record.rows.length > 0 ? ["", ...formatTable(record.rows)] : []),
    ...(record.standIns.length > 0
      ? [
          "",
          `Stand-in base images were used (their registry can't be reached): ${record.standIns.join(", ")}`,
        ]
      : []),
    ...bad.flatMap(formatFailure),
    ...(bad.length > SEEN_FAILURES
      ? ["", `failed: ${bad.map(({ service, stage }) => `${service} ${stage}`).join(", ")}`]
      : []),
    "",
    summary(record),
  ].join("\n")
}

/** Service by stage, one line a row. */
export function formatTable(rows: Row[]): string[] {
  const lines = rows.map((row) => [
    row.service,
    row.stage,
    mark(row),
    duration(row),
    cachedText(row),
    note(row),
  ])
  const table = [["SERVICE", "STAGE", "RESULT", "TIME", "CACHED", ""], ...lines]
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((line) => (line[column] ?? "").length)),
  )
  return table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  )
}

function mark({ status, flaky }: Row): string {
  return flaky ? "FLAKY" : MARKS[status]
}

function duration({ status, seconds }: Row): string {
  return status === "skipped" ? "" : `${seconds.toFixed(1)} s`
}

function cachedText({ status, cached }: Row): string {
  if (status === "skipped") return ""
  if (cached === null) return "unknown"
  return cached ? "cached" : ""
}

function note({ status, reason, counts, coverage, shards, notes, warnings }: Row): string {
  if (status !== "passed") return reason
  return [
    ...(counts ? [countsText(counts)] : []),
    ...(coverage === null ? [] : [`${coverage.toFixed(1)} % covered`]),
    ...(shards.length > 0 ? [`${shards.length} shards`] : []),
    ...notes,
    ...warnings,
  ].join("; ")
}

function countsText({ total, passed, skipped }: NonNullable<Row["counts"]>): string {
  return `${passed} of ${total} tests passed${skipped > 0 ? `, ${skipped} skipped` : ""}`
}

function formatFailure(row: Row): string[] {
  return [
    "",
    `${MARKS[row.status]}  ${row.service} ${row.stage}: ${row.reason}`,
    ...row.tail.slice(-TAIL_LINES).map((line) => `    ${line}`),
    ...row.logs.flatMap(formatLog),
    ...row.warnings.map((text) => `  also: ${text}`),
    ...reproduceCommands(row).map((command) => `  reproduce: ${command}`),
  ]
}

function formatLog({ of, lines }: ServerLog): string[] {
  if (lines.length === 0) return [`  ${of} printed nothing`]
  return [`  ${of} printed last:`, ...lines.slice(-LOG_LINES).map((line) => `    ${line}`)]
}

/** One command; of a split stage, one for every shard that failed. */
function reproduceCommands({ reproduce, shards }: Row): string[] {
  const failed = shards.filter(({ status }) => status === "failed")
  if (failed.length > 0) return failed.map((shard) => shard.reproduce)
  return reproduce ? [reproduce] : []
}

function summary(record: RunRecord): string {
  const { rows, seconds, exitCode } = record
  const integration = rows.filter(({ stage }) => stage === "integration")
  const ofServices = rows.filter(({ stage }) => stage !== "integration")
  const services = new Set(ofServices.map(({ service }) => service))
  const failed = new Set(
    ofServices
      .filter(({ status }) => status === "failed" || status === "error")
      .map(({ service }) => service),
  )
  const together = integration.filter(({ status }) => status === "passed").length
  const tests =
    integration.length > 0 ? ` and ${together} of ${integration.length} integration tests` : ""
  const ran = rows.filter(({ status }) => status !== "skipped")
  const cached = ran.filter((row) => row.cached === true).length
  const flaky = new Set(rows.filter((row) => row.flaky).map(({ service }) => service))
  const verdict = exitCode === 0 ? "PASSED" : exitCode === 1 ? "FAILED" : "INCOMPLETE"
  return `${verdict}: ${services.size - failed.size} of ${services.size} services${tests} passed${flaky.size > 0 ? ` (${flaky.size} flaky)` : ""}, ${leftOutCounts(record)}, ${ran.length} stages run (${cached} cached) in ${seconds.toFixed(1)} s`
}
