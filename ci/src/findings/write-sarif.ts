import { SCAN_TOOLS } from "../config/scan.js"
import type { Assessment } from "./assess.js"
import type { DecidedFinding } from "./decision.js"
import { isReported } from "./decision.js"
import type { Detection, Finding, Rule } from "./finding.js"
import { compareFindings, compareText, mainId, severityRank, sortedUnique } from "./finding.js"
import { lineHashes } from "./line-hash.js"
import type {
  SarifLevel,
  SarifLog,
  SarifRegion,
  SarifResult,
  SarifRule,
  SarifRun,
} from "./sarif.js"
import { SARIF_SCHEMA } from "./sarif.js"
import { scoreOfSeverity, severityOfScore } from "./severity-map.js"
import type { Sources } from "./subject.js"
import { fingerprint } from "./subject.js"
import type { ToolReport } from "./tool-report.js"

/**
 * Writes findings for GitHub code scanning: one run for each tool, since GitHub refuses two runs of
 * one tool and category, and more than 20.
 *
 * A finding of several tools is one result, credited to the tool that comes first in SCAN_TOOLS.
 * Suppressed findings are left out: GitHub would open an alert for each. The same findings give the
 * same bytes, whatever order they came in.
 */

/** What GitHub takes or shows, at most. */
export const LIMITS = {
  runs: 20,
  /** Results of a run that GitHub keeps; more are dropped, the mildest first. */
  results: 5000,
  tags: 10,
  text: 1024,
  name: 255,
} as const

/** A file to upload. */
export interface SarifFile {
  /** `MERGED_SARIF`, or such as "bandit.sarif". */
  name: string
  text: string
}

/** The file that holds the results of all tools. */
export const MERGED_SARIF = "merged.sarif"

const INFORMATION: Readonly<Record<string, string>> = {
  bandit: "https://bandit.readthedocs.io/",
  checkov: "https://www.checkov.io/",
  gitleaks: "https://gitleaks.io/",
  hadolint: "https://hadolint.github.io/hadolint/",
  "pip-audit": "https://github.com/pypa/pip-audit",
  semgrep: "https://semgrep.dev/docs/",
  trivy: "https://trivy.dev/",
  trufflehog: "https://trufflesecurity.com/trufflehog",
}
const OWN_INFORMATION = "https://docs.github.com/en/code-security/code-scanning"

/** All findings in one file, and beside it one file a tool, for when GitHub refuses one tool's. */
export function writeSarif(assessment: Assessment, sources: Sources): SarifFile[] {
  const runs = sarifRuns(assessment, sources).map((run) => ({
    name: `${run.tool.driver.name}.sarif`,
    // Each is in two files, and most of the work.
    text: JSON.stringify(run),
  }))
  return [
    { name: MERGED_SARIF, text: toText(runs.map(({ text }) => text)) },
    ...runs.map(({ name, text }) => ({ name, text: toText([text]) })),
  ]
}

export function toText(runs: string[]): string {
  const log: SarifLog = { $schema: SARIF_SCHEMA, version: "2.1.0", runs: [] }
  return `${JSON.stringify(log).slice(0, -2)}${runs.join(",")}]}\n`
}

/** The runs of a scan, one for each tool that was to run, in a fixed order. */
export function sarifRuns({ findings, reports }: Assessment, sources: Sources): SarifRun[] {
  const byTool = new Map<string, DecidedFinding[]>()
  for (const finding of findings) {
    if (!isReported(finding)) continue
    const { tool } = credited(finding)
    const list = byTool.get(tool)
    if (list) list.push(finding)
    else byTool.set(tool, [finding])
  }
  const hashes = hashReader(sources)
  const names = sortedUnique([...byTool.keys(), ...reports.map(({ tool }) => tool)])
  return names
    .filter((tool) => byTool.has(tool) || wasRun(tool, reports))
    .slice(0, LIMITS.runs)
    .map((tool) => {
      const own = reports.filter((report) => report.tool === tool)
      return toRun(tool, own, byTool.get(tool) ?? [], hashes)
    })
}

function wasRun(tool: string, reports: readonly ToolReport[]): boolean {
  return reports.some((report) => report.tool === tool && report.status !== "skipped")
}

/** The detection that a result is written for. */
function credited({ detections }: Finding): Detection {
  const rank = ({ tool }: Detection) => {
    const index = (SCAN_TOOLS as readonly string[]).indexOf(tool)
    return index === -1 ? SCAN_TOOLS.length : index
  }
  const [first, ...others] = detections
  if (!first) throw new Error("a finding without a detection")
  return others.reduce((best, one) => (rank(one) < rank(best) ? one : best), first)
}

function toRun(
  tool: string,
  reports: readonly ToolReport[],
  findings: readonly DecidedFinding[],
  hashes: HashReader,
): SarifRun {
  const sorted = [...findings].sort(compareFindings)
  const kept = sorted.slice(0, LIMITS.results)
  const rules = ruleTable(tool, reports, kept)
  const results = kept.map((finding) => toResult(finding, rules, hashes))
  const cut = sorted.length - kept.length
  const problems = sortedUnique(
    reports
      .filter(({ status }) => status === "incomplete")
      .flatMap(({ about, problems }) =>
        problems.map((line) => (about === undefined ? line : `${about}: ${line}`)),
      ),
  )
  const version =
    sortedUnique(reports.map((report) => report.version))
      .filter((one) => one !== "")
      .join(", ") || "unknown"
  return {
    tool: {
      driver: {
        name: tool,
        fullName: `${tool} ${version}`,
        version,
        ...(/^\d+\.\d+\.\d+$/.test(version) && { semanticVersion: version }),
        informationUri: INFORMATION[tool] ?? OWN_INFORMATION,
        rules: rules.list,
      },
    },
    automationDetails: { id: `pipeline/${tool}/` },
    invocations: [
      {
        executionSuccessful: problems.length === 0,
        toolExecutionNotifications: [
          ...problems.map((text) => ({ level: "error" as const, message: { text } })),
          ...(cut > 0 ? [{ level: "warning" as const, message: { text: cutNote(cut) } }] : []),
        ],
      },
    ],
    columnKind: "utf16CodeUnits",
    results,
  }
}

export function cutNote(cut: number): string {
  return `${cut} results were left out, the mildest ones: GitHub keeps ${LIMITS.results} a tool. The audit file has all.`
}

/** The rules of a run, each once. */
interface RuleTable {
  list: SarifRule[]
  index: ReadonlyMap<string, number>
}

/**
 * GitHub shows one severity a rule, not a result; so a rule has the worst of its results' ones.
 */
function ruleTable(
  tool: string,
  reports: readonly ToolReport[],
  findings: readonly Finding[],
): RuleTable {
  const described = new Map<string, Rule>()
  for (const rule of reports.flatMap((report) => report.rules))
    if (rule.tool === tool && !described.has(rule.rule)) described.set(rule.rule, rule)
  const worst = new Map<string, Finding>()
  for (const finding of findings) {
    const id = ruleIdOf(finding)
    const before = worst.get(id)
    if (!before || score(finding) > score(before)) worst.set(id, finding)
  }
  const ids = [...worst.keys()].sort(compareText)
  const list = ids.flatMap((id) => {
    const finding = worst.get(id)
    return finding ? toRule(id, finding, described.get(credited(finding).rule)) : []
  })
  return { list, index: new Map(ids.map((id, position) => [id, position])) }
}

/** A vulnerability is known by its best-known id, everything else by its tool's rule. */
function ruleIdOf(finding: Finding): string {
  return finding.category === "vulnerability" ? mainId(finding) : credited(finding).rule
}

function toRule(id: string, finding: Finding, described: Rule | undefined): SarifRule {
  const summary = sentence(described?.summary || finding.message)
  const help = clip(described?.help || helpFor(finding), LIMITS.text * 8)
  const url = described?.url ?? vulnerabilityUrl(finding)
  const security = score(finding)
  const name = described?.name && clip(described.name, LIMITS.name)
  return {
    id,
    ...(name !== undefined && name !== id && { name }),
    shortDescription: { text: clip(summary, LIMITS.text) },
    fullDescription: { text: clip(sentence(described?.help || summary), LIMITS.text) },
    help: { text: help, markdown: url === undefined ? help : `${help}\n\n[More](${url})` },
    ...(url !== undefined && { helpUri: url }),
    defaultConfiguration: { level: levelOf(finding) },
    properties: {
      tags: sortedUnique(["security", finding.category, ...(described?.tags ?? [])]).slice(
        0,
        LIMITS.tags,
      ),
      precision: finding.category === "vulnerability" ? "very-high" : "high",
      "security-severity": security.toFixed(1),
    },
  }
}

function helpFor({ package: about, category }: Finding): string {
  if (category === "secret")
    return "Revoke the secret where it was issued, then take it out of the source."
  if (!about) return "Look at the place, and mend it or give a reason in scan.suppressions."
  if (about.fixed.length === 0) return `There is no fixed version of ${about.name} yet.`
  return `Update ${about.name} to ${about.fixed.join(" or ")}.`
}

function vulnerabilityUrl(finding: Finding): string | undefined {
  if (finding.category !== "vulnerability") return undefined
  return `https://osv.dev/vulnerability/${encodeURIComponent(mainId(finding))}`
}

function toResult(finding: DecidedFinding, rules: RuleTable, hashes: HashReader): SarifResult {
  const id = ruleIdOf(finding)
  const about = finding.package
  return {
    ruleId: id,
    ruleIndex: rules.index.get(id) ?? 0,
    level: levelOf(finding),
    message: { text: sentence(clip(finding.message, LIMITS.text * 4)) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: toUri(finding.place.file), uriBaseId: "%SRCROOT%" },
          region: toRegion(finding),
        },
      },
    ],
    partialFingerprints: {
      primaryLocationLineHash:
        hashes(finding.place.file, finding.place.line ?? 1) ?? `${fingerprint(finding)}:1`,
      "pipelineFinding/v1": fingerprint(finding),
    },
    properties: {
      services: finding.services,
      detectedBy: sortedUnique(finding.detections.map(({ tool }) => tool)),
      ids: finding.ids,
      severity: finding.severity,
      ...(about && { package: `${about.ecosystem}/${about.name}@${about.version}` }),
    },
  }
}

/** A path as a relative address; GitHub wants neither a scheme nor a slash in front. */
function toUri(file: string): string {
  const path = file.replace(/^(?:\.?\/)+/, "")
  return path.split("/").map(encodeURIComponent).join("/")
}

function toRegion({ place }: Finding): SarifRegion {
  const { line, column, endLine, endColumn } = place
  if (line === undefined) return { startLine: 1 }
  const last = Math.max(line, endLine ?? line)
  const start = column === undefined || column < 1 ? undefined : column
  const end = endColumn === undefined || endColumn < 1 ? undefined : endColumn
  const ordered = last > line || start === undefined || end === undefined || end >= start
  return {
    startLine: line,
    ...(start !== undefined && { startColumn: start }),
    ...(last > line && { endLine: last }),
    ...(start !== undefined && end !== undefined && ordered && { endColumn: end }),
  }
}

function levelOf({ severity }: Finding): SarifLevel {
  const rank = severityRank(severity)
  if (rank >= severityRank("high")) return "error"
  return rank === severityRank("medium") || rank === 0 ? "warning" : "note"
}

/** The tool's own score, unless it would be shown as another severity than ours. */
function score({ severity, score: own }: Finding): number {
  if (own !== undefined && own > 0 && severityOfScore(own) === severity) return own
  return Math.max(0.1, scoreOfSeverity(severity))
}

/** The upload action's hash of a line; undefined when the file or the line isn't there. */
type HashReader = (file: string, line: number) => string | undefined

function hashReader(sources: Sources): HashReader {
  const files = new Map<string, string[]>()
  return (file, line) => {
    let hashes = files.get(file)
    if (!hashes) {
      const text = sources(file)
      hashes = text === undefined ? [] : lineHashes(text)
      files.set(file, hashes)
    }
    return hashes[line - 1]
  }
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 4).trimEnd()} ...`
}

/** GitHub's rules want texts that end like sentences. */
function sentence(text: string): string {
  const trimmed = text.trim()
  if (trimmed === "") return "No description."
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
