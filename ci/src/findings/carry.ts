import { createHash } from "node:crypto"
import type { Finding, Rule } from "./finding.js"
import { redact } from "./redact.js"
import type { ToolReport } from "./tool-report.js"

/**
 * What a tool found in one service, kept until the service, the tool or its database is another.
 *
 * A scan of some services has to say what is known of the others: whoever reads it, GitHub first of
 * all, takes what is missing for mended.
 */
export interface KeptFindings {
  key: string
  findings: Finding[]
  rules: Rule[]
}

/** What decides which findings a tool reports of a service. */
export interface KeyParts {
  tool: string
  /** Digest of this program with its rules, which pins the tools as well. */
  program: string
  /** Digest of the service's files, its libraries and inputs. */
  content: string
  /** What configuration leaves out. */
  ignored: readonly string[]
  /** What the tool looked things up in, and as of when. */
  databases: readonly string[]
}

/** The name under which findings are kept. */
export function carryKey({ tool, program, content, ignored, databases }: KeyParts): string {
  const parts = [tool, program, content, ignored, databases]
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex")
}

/** A service's part of a report, if the tool looked at all of it. */
export function keptFindings(
  report: ToolReport,
  service: string,
  key: string,
  servicesOf: (file: string) => readonly string[],
): KeptFindings | undefined {
  const { status, missed, findings, rules } = report
  if (status === "skipped" || (status === "incomplete" && missed === undefined)) return undefined
  if (missed?.some((file) => servicesOf(file).includes(service))) return undefined
  const own = findings
    .filter(({ services }) => services.includes(service))
    .map((finding) => ({ ...finding, services: [service], message: redact(finding.message) }))
  const used = new Set(own.flatMap(({ detections }) => detections.map(({ rule }) => rule)))
  return { key, findings: own, rules: rules.filter(({ rule }) => used.has(rule)) }
}

/** A report with what is known of services that the tool was not given this time. */
export function withKept(report: ToolReport, kept: readonly KeptFindings[]): ToolReport {
  if (kept.length === 0) return report
  const known = new Set(report.rules.map(({ rule }) => rule))
  const rules = kept.flatMap((one) => one.rules).filter(({ rule }) => !known.has(rule))
  return {
    ...report,
    findings: [...report.findings, ...kept.flatMap(({ findings }) => findings)],
    rules: [...report.rules, ...new Map(rules.map((rule) => [rule.rule, rule])).values()],
  }
}
