import { fileURLToPath } from "node:url"

import { format, resolveConfig } from "prettier"
import { describe, expect, it } from "vitest"

import { AuditFile, auditJsonSchema, formatAudit, toAudit } from "../../../ci/src/findings/audit.js"
import { formatSummary } from "../../../ci/src/findings/summary.js"
import { code, judge, report, scanOf, suppression, vulnerability } from "./builders.js"

const SCHEMA = fileURLToPath(new URL("../../../ci/schema/audit.schema.json", import.meta.url))

const ASSESSMENT = judge(
  [
    report("bandit", [
      code("bandit", "B602", "services/api/run.py:2", { message: "a | b\n<script>" }),
      code("bandit", "B101", "services/api/run.py:3", { severity: "low" }),
    ]),
    report("pip-audit", [vulnerability("pip-audit", ["CVE-2024-1"], "requests@2.31.0")], {
      coverage: { files: 1, packages: 22, commits: 0, skipped: [] },
    }),
    report("trivy", [], { status: "incomplete", problems: ["ended with exit code 1"] }),
  ],
  { scan: { ...scanOf(), suppressions: [suppression("B101"), suppression("B999")] } },
)

describe("the audit file", () => {
  it("has everything, in the published shape", () => {
    const audit = AuditFile.parse(JSON.parse(formatAudit(ASSESSMENT)))
    expect(audit.findings.map(({ id, state, because }) => [id, state, because])).toEqual([
      ["bandit:B602", "open", ""],
      ["bandit:B101", "suppressed", "known"],
      ["CVE-2024-1", "open", ""],
    ])
    expect(audit.tools.map(({ tool, status }) => [tool, status])).toEqual([
      ["bandit", "complete"],
      ["pip-audit", "complete"],
      ["trivy", "incomplete"],
    ])
  })

  it("names each finding differently", () => {
    const names = toAudit(ASSESSMENT).findings.map(({ fingerprint }) => fingerprint)
    expect(new Set(names).size).toBe(names.length)
  })

  it("has a published schema that is current", async () => {
    const schema = JSON.stringify(auditJsonSchema())
    const options = { ...(await resolveConfig(SCHEMA)), filepath: SCHEMA }
    await expect(await format(schema, options)).toMatchFileSnapshot(SCHEMA)
  })
})

describe("the summary", () => {
  const text = formatSummary(ASSESSMENT)

  it.each([
    "## Security: 1 finding against the policy, incomplete (1 problem)",
    "1 high, 1 unknown (1 suppressed)",
    "- trivy: ended with exit code 1",
    "| high | bandit:B602 | a \\| b &lt;script> | api | bandit | `services/api/run.py:2` |",
    "requests 2.31.0, no fix yet: requests is vulnerable",
    "- scan.suppressions[1] (B999) matches no finding: remove it",
    "| pip-audit | 1.2.3 | complete | 1 | 1 file, 22 packages |",
  ])("says %s", (line) => {
    expect(text).toContain(line)
  })
})
