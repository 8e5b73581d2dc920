import { matchBaseline, readBaseline } from "./baseline.js"
import type { DecidedFinding, Decision } from "./decision.js"
import { dedupe } from "./dedupe.js"
import type { Finding } from "./finding.js"
import { compareText } from "./finding.js"
import { inlineComments } from "./inline.js"
import { licenceFindings } from "./licences.js"
import { redact } from "./redact.js"
import type { Sources } from "./subject.js"
import { withSubjects } from "./subject.js"
import { suppressionErrors, suppressionList, unusedSuppressions } from "./suppressions.js"
import type { ToolReport } from "./tool-report.js"
import { reportName } from "./tool-report.js"
import type { Policy, Verdict } from "./verdict.js"
import { decide } from "./verdict.js"
import type { VexStatement } from "./vex.js"
import { readVex, vexList } from "./vex.js"

/** A file that was read. */
export interface TextFile {
  path: string
  text: string
}

/** What findings are held against. */
export interface AssessInputs extends Policy {
  sources: Sources
  /** Whether the repository has a file. */
  exists: (file: string) => boolean
  baseline?: TextFile
  vex: readonly TextFile[]
  /** Every tool looked at every service: only then is an entry without a finding a stale one. */
  whole: boolean
}

/** Everything there is to say about a scan. */
export interface Assessment {
  /** The day it was made, YYYY-MM-DD. */
  today: string
  findings: DecidedFinding[]
  reports: ToolReport[]
  verdict: Verdict
  /** What somebody should tidy up, one line each; fails nothing. */
  notes: string[]
  /** Names of the services whose findings are from an earlier scan of the same files. */
  carried: readonly string[]
}

/**
 * Turns what the tools reported into a verdict: duplicates joined, what was decided about findings
 * applied, the policy asked.
 */
export function assess(reports: readonly ToolReport[], inputs: AssessInputs): Assessment {
  const { scan, today } = inputs
  const ordered = [...reports]
    .sort((one, other) => compareText(reportName(one), reportName(other)))
    .map(withoutSecrets)
  const findings = dedupe(withSubjects(allFindings(ordered, inputs), inputs.sources))
  const vex = readAll(inputs.vex)
  const baseline = inputs.baseline && readBaseline(inputs.baseline.text, inputs.baseline.path)
  const entries = baseline && "entries" in baseline ? baseline.entries : []
  const errors = [
    ...suppressionErrors(scan.suppressions, { today, maxDays: scan.maxSuppressionDays }),
    ...vex.errors,
    ...(baseline && "error" in baseline ? [baseline.error] : []),
  ]
  const suppressions = suppressionList(scan.suppressions, today)
  const statement = vexList(vex.statements)
  const comment = inlineComments(inputs.sources)
  const decisionOf = (finding: Finding): Decision => {
    const by = suppressions.match(finding)
    if (by) return { state: "suppressed", by }
    const said = statement(finding)
    if (said) {
      const { file, status, justification } = said
      return { state: "not-affected", file, status, justification }
    }
    const inline = scan.inlineSuppressions === "allow" ? comment(finding) : undefined
    return inline ? { state: "inline", ...inline } : { state: "open" }
  }
  const decided = findings.map((finding) => ({ ...finding, decision: decisionOf(finding) }))
  const { known, stale } = matchBaseline(
    entries,
    decided.filter(({ decision }) => decision.state === "open"),
    inputs.exists,
  )
  const final = decided.map((finding): DecidedFinding => {
    return known.has(finding) ? { ...finding, decision: { state: "known" } } : finding
  })
  const refused =
    scan.inlineSuppressions === "refuse"
      ? final.filter((finding) => finding.decision.state === "open" && comment(finding)).length
      : 0
  return {
    today,
    carried: inputs.carried ?? [],
    findings: final,
    reports: ordered,
    verdict: decide(final, ordered, errors, inputs),
    notes: [
      ...suppressions.expired.map(({ id, expires, owner }) => {
        return `the suppression of ${id} ended on ${expires}: ${owner} decides again`
      }),
      ...(refused > 0
        ? [
            `${refused} comments that ask for quiet have no effect: scan.inline_suppressions is refuse`,
          ]
        : []),
      ...(inputs.whole ? unusedSuppressions(scan.suppressions, findings) : []),
      ...(inputs.whole
        ? stale.map(({ ids, file }) => `the baseline's ${ids[0]} in ${file} is gone: update it`)
        : []),
    ],
  }
}

function allFindings(reports: readonly ToolReport[], { scan }: Policy): Finding[] {
  return reports.flatMap(({ tool, findings, licences }) => [
    ...findings,
    ...licenceFindings(licences, tool, scan.licences),
  ])
}

/** Whatever a tool quotes goes into files that are handed on. */
function withoutSecrets(report: ToolReport): ToolReport {
  return {
    ...report,
    problems: report.problems.map((line) => redact(line)),
    tail: report.tail.map((line) => redact(line)),
    findings: report.findings.map(quiet),
    rules: report.rules.map((rule) => ({
      ...rule,
      summary: redact(rule.summary),
      help: redact(rule.help),
    })),
  }
}

function quiet(finding: Finding): Finding {
  const message = redact(finding.message)
  return message === finding.message ? finding : { ...finding, message }
}

function readAll(files: readonly TextFile[]): { statements: VexStatement[]; errors: string[] } {
  const read = files.map(({ path, text }) => readVex(text, path))
  return {
    statements: read.flatMap(({ statements }) => statements),
    errors: read.flatMap(({ errors }) => errors),
  }
}
