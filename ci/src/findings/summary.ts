import type { Assessment } from "./assess.js"
import type { DecidedFinding } from "./decision.js"
import { SEVERITIES, severityRank } from "./finding.js"
import type { Group } from "./groups.js"
import { groupFindings } from "./groups.js"
import { reportName } from "./tool-report.js"
import type { Verdict } from "./verdict.js"

const MOST_GROUPS = 100
const MOST_PLACES = 5

/** A scan as Markdown, for a job summary or a pull request: what fails first. */
export function formatSummary(assessment: Assessment): string {
  const { findings, reports, verdict, notes } = assessment
  const open = groupFindings(findings.filter(({ decision }) => decision.state === "open"))
  const known = groupFindings(findings.filter(({ decision }) => decision.state === "known"))
  const lines = [
    `## Security: ${headline(verdict)}`,
    "",
    countLine(findings),
    ...list("Wrong in the configuration", verdict.errors),
    ...list("Not looked at", verdict.incomplete),
    ...table("Findings", open),
    ...table("Known findings (baseline)", known),
    ...list("To tidy up", notes),
    "",
    "| Tool | Version | Result | Findings | Looked at |",
    "| --- | --- | --- | --- | --- |",
    ...reports.map((report) =>
      row([
        reportName(report),
        report.version,
        report.status === "skipped" ? `skipped: ${report.problems.join("; ")}` : report.status,
        String(report.findings.length),
        coverageText(report.coverage),
      ]),
    ),
    "",
  ]
  return lines.join("\n")
}

/** The verdict in a few words. */
export function headline({ outcome, violations, incomplete, errors }: Verdict): string {
  const parts = [
    ...(errors.length > 0 ? [count(errors.length, "configuration error")] : []),
    ...(violations > 0 ? [count(violations, "finding") + " against the policy"] : []),
    ...(incomplete.length > 0 ? [`incomplete (${count(incomplete.length, "problem")})`] : []),
  ]
  return outcome === "clean" ? "clean" : parts.join(", ")
}

/** How many findings there are, by severity, and how many were decided about. */
export function countLine(findings: readonly DecidedFinding[]): string {
  const open = findings.filter(({ decision }) => decision.state === "open")
  const by = (["unknown", ...SEVERITIES] as const)
    .toSorted((one, other) => severityRank(other) - severityRank(one))
    .map((severity) => [severity, open.filter((one) => one.severity === severity).length] as const)
    .filter(([, number]) => number > 0)
    .map(([severity, number]) => `${number} ${severity}`)
  const quiet = (["known", "suppressed", "inline", "not-affected"] as const)
    .map(
      (state) =>
        [state, findings.filter(({ decision }) => decision.state === state).length] as const,
    )
    .filter(([, number]) => number > 0)
    .map(([state, number]) => `${number} ${QUIET_WORDS[state]}`)
  const found = by.length > 0 ? by.join(", ") : "no open findings"
  return quiet.length > 0 ? `${found} (${quiet.join(", ")})` : found
}

const QUIET_WORDS = {
  known: "in the baseline",
  suppressed: "suppressed",
  inline: "suppressed by comments",
  "not-affected": "not affecting",
} as const

/** A group in one line: "CVE-2024-1 in requests 2.0, 3 services, found by pip-audit and trivy". */
export function groupLine({ id, severity, about, services, tools, places }: Group): string {
  const where =
    places.length === 1 ? (places[0] ?? "") : `${places.length} places, first ${places[0]}`
  const concerns = services.length > 1 ? `, ${services.length} services` : ""
  const subject = about === "" ? "" : ` in ${about}`
  return `${severity}: ${id}${subject}${concerns}, found by ${tools.join(" and ")}: ${where}`
}

function table(title: string, groups: Group[]): string[] {
  if (groups.length === 0) return []
  const hidden = groups.length - MOST_GROUPS
  return [
    "",
    `### ${title}`,
    "",
    "| Severity | Finding | What | Services | Found by | Where |",
    "| --- | --- | --- | --- | --- | --- |",
    ...groups
      .slice(0, MOST_GROUPS)
      .map((group) =>
        row([
          group.severity,
          group.id,
          group.about === "" ? group.message : `${group.about}: ${group.message}`,
          group.services.join(", "),
          group.tools.join(", "),
          places(group.places),
        ]),
      ),
    ...(hidden > 0 ? ["", `... and ${hidden} more; the audit file has all.`] : []),
  ]
}

function places(all: string[]): string {
  const shown = all.slice(0, MOST_PLACES).map((place) => `\`${place}\``)
  const hidden = all.length - MOST_PLACES
  return hidden > 0 ? `${shown.join(", ")} and ${hidden} more` : shown.join(", ")
}

function list(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  return ["", `### ${title}`, "", ...lines.map((line) => `- ${escapeText(line)}`)]
}

function row(cells: string[]): string {
  return `| ${cells.map((cell) => escapeText(cell)).join(" | ")} |`
}

/** Texts come from tools: they must not break a table or become HTML. */
function escapeText(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 400)
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
}

function coverageText({
  files,
  packages,
  commits,
}: {
  files: number
  packages: number
  commits: number
}): string {
  const parts = [
    ...(files > 0 ? [count(files, "file")] : []),
    ...(packages > 0 ? [count(packages, "package")] : []),
    ...(commits > 0 ? [count(commits, "commit")] : []),
  ]
  return parts.join(", ")
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`
}
