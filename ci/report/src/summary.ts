import type { Severity } from "../../src/findings/finding.js"
import { SEVERITIES } from "../../src/findings/finding.js"
import type { FullRecord } from "../../src/run/record.js"
import type { Row, Stage } from "../../src/run/rows.js"
import { STAGES } from "../../src/run/rows.js"
import { duration, verdict } from "./text.js"

/** GitHub shows at most 1 MiB of a step's summary; the rest is room for what other steps write. */
const MOST_BYTES = 900_000
const MOST_FAILURES = 50
const MOST_TESTS = 20
const MOST_NAMES = 100
const TAIL_LINES = 30
const SLOWEST = 5

const MARKS: Record<Row["status"], string> = {
  passed: "✅",
  failed: "❌",
  error: "⚠️",
  skipped: "–",
}

/** A run as Markdown for a GitHub job's summary: what failed first, then the table and the times. */
export function formatSummary(record: FullRecord): string {
  const failures = record.rows.filter(isBad)
  const sections = [
    heading(record),
    ...failures.slice(0, MOST_FAILURES).map((row) => failure(row, record)),
    ...(failures.length > MOST_FAILURES
      ? [`**${failures.length - MOST_FAILURES} more failures** are in report.html.\n`]
      : []),
    ...table(record),
    times(record),
    findings(record),
    images(record),
    standIns(record),
  ]
  return fit(sections.filter((text) => text !== ""))
}

function isBad({ status }: Row): boolean {
  return status === "failed" || status === "error"
}

function heading({ command, exitCode, seconds, rows, selection, incomplete }: FullRecord): string {
  const failed = rows.filter(isBad).length
  const icon = exitCode === 0 ? "✅" : exitCode === 1 ? "❌" : "⚠️"
  const stages =
    rows.length === 0
      ? "nothing to do"
      : `${rows.filter(({ status }) => status !== "skipped").length} stages run, ${failed} failed`
  return [
    `## ${icon} ${verdict(exitCode)}: ${text(command || "pipeline")}`,
    "",
    `${stages} in ${duration(seconds)}`,
    ...(incomplete ? ["", `**Not everything is known:** ${text(incomplete)}`] : []),
    "",
    ...selection.map((line) => `${text(line)}  `),
    "",
    "",
  ].join("\n")
}

function failure(row: Row, { tests }: FullRecord): string {
  const cases = tests
    .filter(({ service, stage }) => service === row.service && stage === row.stage)
    .flatMap((one) => one.cases.filter(({ status }) => status === "failed"))
  const commands = row.shards.filter(({ status }) => status === "failed")
  const reproduce = commands.length > 0 ? commands.map((one) => one.reproduce) : [row.reproduce]
  return [
    `### ${MARKS[row.status]} ${text(row.service)} ${row.stage}: ${text(row.reason)}`,
    "",
    ...cases.slice(0, MOST_TESTS).map((one) => `- ${code(one.name)}: ${text(one.message)}`),
    ...(cases.length > MOST_TESTS ? [`- and ${cases.length - MOST_TESTS} more tests`] : []),
    "",
    ...(row.tail.length > 0 ? [fence(row.tail.slice(-TAIL_LINES))] : []),
    ...row.warnings.map((line) => `- also: ${text(line)}`),
    ...reproduce.filter(Boolean).flatMap((command) => ["", `Reproduce: ${code(command)}`]),
    "",
    "",
  ].join("\n")
}

/** One section a line, so that the table can be cut between services. */
function table({ rows, unchanged, notSelected }: FullRecord): string[] {
  const stages = STAGES.filter((stage) => rows.some((row) => row.stage === stage))
  const services = new Map<string, Row[]>()
  for (const row of rows) services.set(row.service, [...(services.get(row.service) ?? []), row])
  const untouched = [...names("unchanged", unchanged), ...names("not selected", notSelected)]
  if (services.size === 0) return untouched
  return [
    `| Service | ${stages.join(" | ")} | Tests |\n| --- | ${stages.map(() => "---").join(" | ")} | --- |\n`,
    ...[...services].map(
      ([service, own]) =>
        `| ${text(service)} | ${stages.map((stage) => cell(own, stage)).join(" | ")} | ${testCounts(own)} |\n`,
    ),
    ...untouched,
  ]
}

function names(what: string, services: string[]): string[] {
  if (services.length === 0) return []
  const shown = services.slice(0, MOST_NAMES).map(text).join(", ")
  const more = services.length > MOST_NAMES ? ", ..." : ""
  return [`\n${services.length} ${what}: ${shown}${more}\n`]
}

function cell(rows: Row[], stage: Stage): string {
  const row = rows.find((one) => one.stage === stage)
  if (row === undefined) return ""
  if (row.status === "skipped") return MARKS.skipped
  const cached = row.cached === true ? " cached" : ""
  return `${MARKS[row.status]} ${duration(row.seconds)}${cached}${row.flaky ? " flaky" : ""}`
}

function testCounts(rows: Row[]): string {
  const all = rows.flatMap(({ counts }) => counts ?? [])
  if (all.length === 0) return ""
  const sum = (of: (counts: (typeof all)[number]) => number) =>
    all.reduce((total, one) => total + of(one), 0)
  return `${sum(({ passed }) => passed)} of ${sum(({ total }) => total)}`
}

function times({ rows }: FullRecord): string {
  const ran = rows.filter(({ status, cached }) => status !== "skipped" && cached !== true)
  if (ran.length === 0) return ""
  const slowest = ran.toSorted((one, other) => other.seconds - one.seconds).slice(0, SLOWEST)
  const reused = rows.filter(({ cached }) => cached === true).length
  const list = slowest.map(
    ({ service, stage, seconds }) => `${text(service)} ${stage} ${duration(seconds)}`,
  )
  return `\nSlowest: ${list.join(", ")}. Reused from earlier runs: ${reused} of ${rows.length} stages.\n`
}

function findings({ findings: all }: FullRecord): string {
  if (all.length === 0) return ""
  const open = all.filter(({ accepted }) => accepted === "")
  const order: Severity[] = [...SEVERITIES.toReversed(), "unknown"]
  const counts = order.flatMap((severity) => {
    const number = open.filter((one) => one.severity === severity).length
    return number > 0 ? [`${number} ${severity}`] : []
  })
  const failing = all.filter(({ fails }) => fails).length
  return `\nSecurity findings: ${counts.join(", ") || "none open"}; ${failing} against the policy, ${all.length - open.length} accepted.\n`
}

function images({ images: pushed }: FullRecord): string {
  if (pushed.length === 0) return ""
  const list = pushed.map(
    ({ service, repository, tag, digest }) =>
      `- ${text(service)}: ${code(`${repository}:${tag}@${digest}`)}`,
  )
  return `\nPushed:\n${list.join("\n")}\n`
}

function standIns({ standIns: images }: FullRecord): string {
  if (images.length === 0) return ""
  return `\nStand-in base images were used (their registry can't be reached): ${images.map(code).join(", ")}\n`
}

/** Joins sections until the limit; what doesn't fit is counted. */
function fit(sections: string[]): string {
  let bytes = 0
  const kept = sections.filter((section) => {
    bytes += Buffer.byteLength(section) + 1
    return bytes <= MOST_BYTES
  })
  const gone = sections.length - kept.length
  const note = `\n*Cut here: ${gone} more parts would not fit into GitHub's limit of 1 MiB. They are in report.html.*\n`
  return `${kept.join("")}${gone > 0 ? note : ""}`
}

/** A text that Markdown shows as it is, on one line. */
function text(value: string): string {
  return value
    .replaceAll(/\s+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_[\]|~@#]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A text as code within a line. */
function code(value: string): string {
  const isPlain = value !== "" && !/[`\n\r]/.test(value) && value.trim() === value
  return isPlain ? `\`${value}\`` : `<code>${text(value)}</code>`
}

/** Lines as a block, whatever fences stand in them. */
function fence(lines: string[]): string {
  const body = lines.join("\n")
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const mark = "`".repeat(longest + 1)
  return `${mark}text\n${body}\n${mark}\n`
}
