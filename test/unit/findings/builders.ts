import fc from "fast-check"

import type { Scan, Suppression } from "../../../ci/src/config/index.js"
import { parseConfig } from "../../../ci/src/config/index.js"
import type { AssessInputs, Assessment } from "../../../ci/src/findings/assess.js"
import { assess } from "../../../ci/src/findings/assess.js"
import { ruleIds } from "../../../ci/src/findings/equivalent-rules.js"
import type { Finding, Severity } from "../../../ci/src/findings/finding.js"
import { sortedUnique } from "../../../ci/src/findings/finding.js"
import type { ToolReport } from "../../../ci/src/findings/tool-report.js"
import { emptyReport } from "../../../ci/src/findings/tool-report.js"

export const TODAY = "2026-11-23"

/** A finding in code, as an adapter makes it. */
export function code(
  tool: string,
  rule: string,
  at: string,
  changes: Partial<Finding> = {},
): Finding {
  const [file = "", line = "1"] = at.split(":")
  return {
    category: "code",
    ids: ruleIds(tool, rule),
    detections: [{ tool, rule }],
    severity: "high",
    severitySource: "tool",
    message: `${rule} was broken`,
    place: { file, line: Number(line) },
    services: ["api"],
    subject: "",
    ...changes,
  }
}

/** A vulnerability in a package of PyPI. */
export function vulnerability(
  tool: string,
  ids: string[],
  about: string,
  changes: Partial<Finding> = {},
): Finding {
  const [name = "", version = ""] = about.split("@")
  return {
    category: "vulnerability",
    ids: sortedUnique(ids),
    detections: [{ tool, rule: ids[0] ?? "" }],
    severity: "unknown",
    severitySource: "none",
    message: `${name} is vulnerable`,
    place: { file: "services/api/requirements.txt" },
    package: { ecosystem: "pypi", name, version, fixed: [] },
    services: ["api"],
    subject: "",
    ...changes,
  }
}

export function report(
  tool: string,
  findings: Finding[],
  changes: Partial<ToolReport> = {},
): ToolReport {
  return { ...emptyReport(tool, "1.2.3"), findings, ...changes }
}

/** The scan section of a pipeline.yaml. */
export function scanOf(yaml = ""): Scan {
  const { config, issues } = parseConfig({
    services: { path: "services.json", text: "[]" },
    pipeline: { path: "pipeline.yaml", text: yaml === "" ? "" : `scan:\n${indent(yaml)}` },
  })
  if (!config) throw new Error(issues.map(({ message }) => message).join("\n"))
  return config.scan
}

function indent(text: string): string {
  return text.trim().replace(/^/gm, "  ")
}

export function suppression(id: string, changes: Partial<Suppression> = {}): Suppression {
  return { id, reason: "known", owner: "me", expires: "2027-01-31", ...changes }
}

/** Assesses reports of tools in a repository with these files. */
export function judge(
  reports: ToolReport[],
  changes: Partial<AssessInputs> & { files?: Record<string, string> } = {},
): Assessment {
  const { files = {}, ...rest } = changes
  return assess(reports, {
    scan: scanOf(),
    services: [],
    today: TODAY,
    sources: (file) => files[file],
    exists: (file) => file in files,
    vex: [],
    whole: true,
    ...rest,
  })
}

const SEVERITY = fc.constantFrom<Severity>("info", "low", "medium", "high", "critical", "unknown")

/** Findings that often say the same as each other. */
export const anyFinding: fc.Arbitrary<Finding> = fc.oneof(
  fc
    .record({
      tool: fc.constantFrom("bandit", "semgrep", "codeql"),
      rule: fc.constantFrom("B602", "B101", "python-injection-shell"),
      file: fc.constantFrom("a.py", "b.py"),
      line: fc.integer({ min: 1, max: 3 }),
      severity: SEVERITY,
      service: fc.constantFrom("api", "chat"),
    })
    .map(({ tool, rule, file, line, severity, service }) =>
      code(tool, rule, `${file}:${line}`, { severity, services: [service] }),
    ),
  fc
    .record({
      tool: fc.constantFrom("pip-audit", "trivy"),
      ids: fc.uniqueArray(fc.constantFrom("CVE-1", "CVE-2", "GHSA-a", "PYSEC-1"), {
        minLength: 1,
        maxLength: 3,
      }),
      about: fc.constantFrom("requests@1", "requests@2", "flask@1"),
      file: fc.constantFrom("a.txt", "b.txt"),
      severity: SEVERITY,
    })
    .map(({ tool, ids, about, file, severity }) =>
      vulnerability(tool, ids, about, { severity, place: { file } }),
    ),
)
