import { z } from "zod"
import type { Assessment } from "./assess.js"
import { decisionText } from "./decision.js"
import { CATEGORIES, SEVERITIES, mainId } from "./finding.js"
import { SEVERITY_MAP_VERSION } from "./severity-map.js"
import { fingerprint } from "./subject.js"

/**
 * The audit file: everything a scan knows, with what was suppressed and why, for whoever has to
 * answer for it later. Its shape is published as a JSON Schema in `ci/schema`.
 */

export const AUDIT_VERSION = 1

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const Severity = z.enum([...SEVERITIES, "unknown"])

const AuditFinding = z.strictObject({
  fingerprint: z.string().meta({ description: "Names the finding in every run, 32 digits." }),
  id: z.string().meta({ description: "The id that people know best." }),
  ids: z.array(z.string()).meta({ description: "All names of it, with the aliases." }),
  category: z.enum(CATEGORIES),
  severity: Severity,
  severity_source: z.enum(["tool", "map", "alias", "none"]).meta({
    description: "Who says so: the tool, the pipeline's table, or another tool's word for it.",
  }),
  score: z.number().optional().meta({ description: "CVSS score, 0 to 10." }),
  message: z.string(),
  place: z.strictObject({
    file: z.string(),
    line: z.number().optional(),
    endLine: z.number().optional(),
    column: z.number().optional(),
    endColumn: z.number().optional(),
    commit: z.string().optional(),
  }),
  package: z
    .strictObject({
      ecosystem: z.string(),
      name: z.string(),
      version: z.string(),
      fixed: z.array(z.string()),
    })
    .optional(),
  services: z.array(z.string()),
  detections: z
    .array(z.strictObject({ tool: z.string(), rule: z.string() }))
    .meta({ description: "Every tool that found it." }),
  subject: z.string().meta({ description: "What it is about, for the baseline." }),
  state: z.enum(["open", "known", "suppressed", "inline", "not-affected"]),
  because: z.string().meta({ description: "Why it does not count; empty when it does." }),
  owner: z.string().optional(),
  expires: Day.optional(),
})

export const AuditFile = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(AUDIT_VERSION),
  today: Day.meta({ description: "The day that suppressions and databases were judged by." }),
  severity_map: z.number().meta({ description: "Version of the pipeline's severity table." }),
  verdict: z.strictObject({
    outcome: z.enum(["clean", "violated", "incomplete", "misconfigured"]),
    exit_code: z.number(),
    violations: z.number(),
    incomplete: z.array(z.string()),
    errors: z.array(z.string()),
  }),
  tools: z.array(
    z.strictObject({
      tool: z.string(),
      about: z.string().optional().meta({
        description: 'What it looked at instead of the checkout\'s files, such as "image of api".',
      }),
      version: z.string(),
      status: z.enum(["complete", "incomplete", "skipped"]),
      problems: z.array(z.string()),
      databases: z.array(
        z.strictObject({
          name: z.string(),
          updated: z.string().optional(),
          digest: z.string().optional(),
        }),
      ),
      coverage: z.strictObject({
        files: z.number(),
        packages: z.number(),
        commits: z.number(),
        skipped: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
      }),
      findings: z.number(),
    }),
  ),
  notes: z.array(z.string()),
  carried: z.array(z.string()).meta({
    description: "Services whose findings are from an earlier scan of the same files.",
  }),
  findings: z.array(AuditFinding),
})
export type AuditFile = z.infer<typeof AuditFile>

/** Describes the audit file; a test compares the file in `ci/schema` with what this returns. */
export function auditJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(AuditFile.meta({ title: "audit.json" }))
}

/** Everything about a scan, as plain data. */
export function toAudit({
  today,
  findings,
  reports,
  verdict,
  notes,
  carried,
}: Assessment): AuditFile {
  const { outcome, exitCode, violations, incomplete, errors } = verdict
  return {
    version: AUDIT_VERSION,
    today,
    severity_map: SEVERITY_MAP_VERSION,
    verdict: { outcome, exit_code: exitCode, violations, incomplete, errors },
    tools: reports.map(
      ({ tool, about, version, status, problems, databases, coverage, findings: all }) => ({
        tool,
        ...(about !== undefined && { about }),
        version,
        status,
        problems,
        databases,
        coverage,
        findings: all.length,
      }),
    ),
    notes,
    carried: [...carried],
    findings: findings.map((finding) => ({
      fingerprint: fingerprint(finding),
      id: mainId(finding),
      ids: finding.ids,
      category: finding.category,
      severity: finding.severity,
      severity_source: finding.severitySource,
      ...(finding.score !== undefined && { score: finding.score }),
      message: finding.message,
      place: finding.place,
      ...(finding.package && { package: finding.package }),
      services: finding.services,
      detections: finding.detections,
      subject: finding.subject,
      ...becauseOf(finding.decision),
    })),
  }
}

/** The audit file's text. */
export function formatAudit(assessment: Assessment): string {
  return JSON.stringify(toAudit(assessment), null, 1) + "\n"
}

function becauseOf(
  decision: Assessment["findings"][number]["decision"],
): Pick<AuditFile["findings"][number], "state" | "because" | "owner" | "expires"> {
  const { state } = decision
  if (state !== "suppressed") return { state, because: decisionText(decision) }
  const { reason, owner, expires } = decision.by
  return { state, because: reason, owner, expires }
}
