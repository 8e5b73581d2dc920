import { describe, expect, it } from "vitest"

import type { Assessment } from "../../../ci/src/findings/assess.js"
import { code, judge, report, scanOf, suppression, TODAY, vulnerability } from "./builders.js"

function states({ findings }: Assessment): string[] {
  return findings.map(({ decision }) => decision.state)
}

const shell = code("bandit", "B602", "services/api/run.py:2")
const both = code("semgrep", "python-injection-shell", "services/api/run.py:2")
const cve = vulnerability("pip-audit", ["PYSEC-1", "CVE-2024-1"], "Requests@2.31.0")

describe("a suppression", () => {
  it.each([
    ["B602", {}, shell, "suppressed"],
    ["bandit:B602", {}, shell, "suppressed"],
    ["semgrep:B602", {}, shell, "open"],
    ["B602", { tool: "bandit" }, shell, "suppressed"],
    ["B602", { tool: "semgrep" }, shell, "open"],
    ["B602", { path: "services/api/**" }, shell, "suppressed"],
    ["B602", { path: "services/chat/**" }, shell, "open"],
    ["cve-2024-1", {}, cve, "suppressed"],
    ["PYSEC-1", { package: "requests" }, cve, "suppressed"],
    ["PYSEC-1", { package: "flask" }, cve, "open"],
    ["CVE-2024-2", {}, cve, "open"],
    ["B602", { expires: TODAY }, shell, "suppressed"],
    ["B602", { expires: "2026-11-22" }, shell, "open"],
  ])("of %s with %j leaves the finding %#", (id, changes, finding, state) => {
    const scan = { ...scanOf(), suppressions: [suppression(id, changes)] }
    expect(states(judge([report("bandit", [finding])], { scan }))).toEqual([state])
  })

  it("of one tool does not speak for another", () => {
    const reports = [report("bandit", [shell]), report("semgrep", [both])]
    const of = (...tools: string[]) => ({
      scan: {
        ...scanOf(),
        suppressions: tools.map((tool) => suppression("python.shell-command", { tool })),
      },
    })
    expect(states(judge(reports, of("bandit")))).toEqual(["open"])
    expect(states(judge(reports, of("bandit", "semgrep")))).toEqual(["suppressed"])
  })

  it("that has ended is named with its owner", () => {
    const scan = { ...scanOf(), suppressions: [suppression("B602", { expires: "2026-11-22" })] }
    expect(judge([report("bandit", [shell])], { scan }).notes).toEqual([
      "the suppression of B602 ended on 2026-11-22: me decides again",
    ])
  })

  it.each([
    ["B603", "scan.suppressions[0] (B603) matches no finding: remove it, or write B602"],
    ["nothing-like-it", "scan.suppressions[0] (nothing-like-it) matches no finding: remove it"],
  ])("without a finding, %s, is named with the likely correction", (id, note) => {
    const scan = { ...scanOf(), suppressions: [suppression(id)] }
    expect(judge([report("bandit", [shell])], { scan }).notes).toEqual([note])
    expect(judge([report("bandit", [shell])], { scan, whole: false }).notes).toEqual([])
  })
})

describe("a comment in the source", () => {
  const source = (line: string) => ({ "services/api/run.py": `import os\n${line}\n` })

  it.each([
    ["call(x, shell=True)  # nosec", shell, "inline"],
    ["call(x, shell=True)  # nosec B602", shell, "inline"],
    ["call(x, shell=True)  # nosec: B101, B602", shell, "inline"],
    ["call(x, shell=True)  # nosec B101", shell, "open"],
    ["call(x, shell=True)  # nosemgrep", shell, "open"],
    ["call(x, shell=True)  # nosemgrep: rules.python-injection-shell", both, "inline"],
    ["call(x, shell=True)  # nosemgrep: other", both, "open"],
    ["key = 'x'  # gitleaks:allow", code("gitleaks", "generic", "services/api/run.py:2"), "inline"],
  ])("%s", (line, finding, state) => {
    const reports = [report("any", [finding])]
    expect(states(judge(reports, { files: source(line) }))).toEqual([state])
  })

  it("has no effect where the repository refuses it, and that is said", () => {
    const files = source("call(x, shell=True)  # nosec")
    const scan = scanOf("inline_suppressions: refuse")
    const result = judge([report("bandit", [shell])], { files, scan })
    expect(states(result)).toEqual(["open"])
    expect(result.notes).toEqual([
      "1 comments that ask for quiet have no effect: scan.inline_suppressions is refuse",
    ])
  })

  it.each([
    ["# hadolint ignore=DL3008\nRUN apt-get install git", "hadolint", "DL3008", 2, "inline"],
    ["# hadolint ignore=DL3008\n\nRUN apt-get install git", "hadolint", "DL3008", 3, "open"],
    ["# checkov:skip=CKV_DOCKER_2:no port\nFROM x", "checkov", "CKV_DOCKER_2", 2, "inline"],
  ])("of a Dockerfile: %s", (text, tool, rule, line, state) => {
    const result = judge([report(tool, [code(tool, rule, `Dockerfile:${line}`)])], {
      files: { Dockerfile: text },
    })
    expect(states(result)).toEqual([state])
  })
})

describe("OpenVEX", () => {
  const vex = (...statements: object[]) => [
    {
      path: "vex.json",
      text: JSON.stringify({
        "@context": "https://openvex.dev/ns/v0.2.0",
        timestamp: "2026-01-01T00:00:00Z",
        statements,
      }),
    },
  ]
  const harmless = {
    vulnerability: { name: "CVE-2024-1" },
    products: [{ "@id": "pkg:pypi/requests" }],
    status: "not_affected",
    justification: "vulnerable_code_not_in_execute_path",
  }

  it.each([
    ["a package", harmless, "not-affected"],
    ["an alias", { ...harmless, vulnerability: "pysec-1" }, "not-affected"],
    [
      "its version",
      { ...harmless, products: [{ "@id": "pkg:pypi/requests@2.31.0" }] },
      "not-affected",
    ],
    ["another version", { ...harmless, products: [{ "@id": "pkg:pypi/requests@2.30.0" }] }, "open"],
    ["another package", { ...harmless, products: [{ "@id": "pkg:pypi/flask" }] }, "open"],
    [
      "a package of a service",
      {
        ...harmless,
        products: [{ "@id": "pkg:oci/api", subcomponents: [{ "@id": "pkg:pypi/requests" }] }],
      },
      "not-affected",
    ],
    ["another service", { ...harmless, products: [{ "@id": "pkg:oci/chat" }] }, "open"],
    ["another vulnerability", { ...harmless, vulnerability: "CVE-2024-2" }, "open"],
    ["one that affects", { ...harmless, status: "affected" }, "open"],
    ["a fixed one", { ...harmless, status: "fixed" }, "not-affected"],
  ])("about %s", (_, statement, state) => {
    expect(states(judge([report("pip-audit", [cve])], { vex: vex(statement) }))).toEqual([state])
  })

  it("lets the latest statement hold", () => {
    const later = { ...harmless, status: "affected", timestamp: "2026-06-01T00:00:00Z" }
    expect(states(judge([report("pip-audit", [cve])], { vex: vex(later, harmless) }))).toEqual([
      "open",
    ])
  })

  it("names a wrong statement and keeps the others", () => {
    const wrong = { ...harmless, justification: undefined }
    const result = judge([report("pip-audit", [cve])], { vex: vex(wrong, harmless) })
    expect(states(result)).toEqual(["not-affected"])
    expect(result.verdict.errors).toEqual([
      "vex.json: statements.0: not_affected needs a justification or an impact_statement",
    ])
  })

  it("refuses what is no OpenVEX", () => {
    const result = judge([], { vex: [{ path: "vex.json", text: "{}" }] })
    expect(result.verdict).toMatchObject({ exitCode: 2 })
  })
})
