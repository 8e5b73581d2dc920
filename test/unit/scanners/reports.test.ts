import { describe, expect, it } from "vitest"

import { lines, reportOf } from "./recorded.js"

describe("a tool's report", () => {
  it.each([
    [
      "bandit",
      [
        "B301 medium services/api/run.py:7",
        "B403 low services/api/run.py:1",
        "B404 low services/api/run.py:2",
        "B602 high services/api/run.py:6",
      ],
    ],
    [
      "semgrep",
      [
        "python-deserialise-pickle high services/api/run.py:7",
        "python-injection-shell high services/api/run.py:6",
      ],
    ],
    ["gitleaks", ["github-pat critical services/api/config.py:1"]],
    ["trufflehog", ["Github critical services/api/config.py:1"]],
    [
      "hadolint",
      [
        "DL3007 medium services/api/Dockerfile:1",
        "DL3008 low services/api/Dockerfile:2",
        "DL3009 info services/api/Dockerfile:2",
        "DL3015 info services/api/Dockerfile:2",
        "DL3025 low services/api/Dockerfile:3",
      ],
    ],
    [
      "checkov",
      [
        "CKV_DOCKER_2 low services/api/Dockerfile:1",
        "CKV_DOCKER_3 high services/api/Dockerfile:1",
        "CKV_DOCKER_7 medium services/api/Dockerfile:1",
      ],
    ],
    [
      "trivy",
      [
        "DS-0001 medium Dockerfile:1",
        "DS-0002 high Dockerfile:",
        "DS-0026 low Dockerfile:",
        "DS-0029 high Dockerfile:2",
        "github-pat critical services/api/config.py:1",
      ],
    ],
    ["pip-audit", ["PYSEC-2024-1 unknown services/api/requirements.txt:"]],
  ] as const)("has what %s found", (tool, expected) => {
    const report = reportOf(tool, "findings")
    expect(lines(report)).toEqual(expected)
    expect(report).toMatchObject({ status: "complete", problems: [] })
    const described = new Set(report.rules.map(({ rule }) => rule))
    for (const { detections } of report.findings)
      expect(described.has(detections[0]?.rule ?? "")).toBe(true)
  })

  it.each(["bandit", "semgrep", "gitleaks", "trufflehog", "hadolint", "checkov", "trivy"] as const)(
    "of %s is complete and empty for clean files",
    (tool) => {
      expect(reportOf(tool, "clean")).toMatchObject({
        status: "complete",
        problems: [],
        findings: [],
      })
    },
  )

  it("has the aliases and the fix of a vulnerability", () => {
    expect(reportOf("pip-audit", "findings").findings[0]).toMatchObject({
      ids: ["CVE-2024-35195", "GHSA-9wx4-h78v-vm56", "PYSEC-2024-1"],
      package: { ecosystem: "pypi", name: "requests", version: "2.31.0", fixed: ["2.32.0"] },
    })
  })

  it("has findings that a comment asks to be quiet about: that is for the policy", () => {
    expect(lines(reportOf("bandit", "comment"))).toContain("B602 high a.py:6")
  })

  it("has the files of tests and installed packages too: what is scanned is for us to say", () => {
    expect(reportOf("semgrep", "in-tests").findings).toHaveLength(4)
  })
})

describe("a scan that missed something", () => {
  it.each([
    [
      "bandit",
      "broken-file",
      "did not look at services/api/broken.py: syntax error while parsing AST",
    ],
    ["semgrep", "broken-file", "did not look at b.py: Syntax error at line b.py:2:"],
    [
      "trivy",
      "broken-file",
      'did not look at Dockerfile.broken: parse dockerfile instruction: parse instruction "frm"',
    ],
    ["hadolint", "broken-file", "did not look at Dockerfile.broken: unexpected 'F'"],
    ["checkov", "nothing-known", "looked at nothing in the files that it was given"],
    ["pip-audit", "unpinned", "did not look at a/requirements.txt: the audit did not end"],
  ] as const)("is incomplete: %s %s", (tool, name, problem) => {
    const report = reportOf(tool, name)
    expect(report.status).toBe("incomplete")
    expect(report.problems[0]).toContain(problem)
  })

  it.each(["bandit", "semgrep", "hadolint", "trivy"] as const)(
    "keeps what %s found elsewhere",
    (tool) => {
      expect(reportOf(tool, "broken-file").findings).not.toHaveLength(0)
    },
  )
})
