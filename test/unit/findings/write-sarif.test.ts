import fc from "fast-check"
import { describe, expect, it } from "vitest"

import { lineHashes } from "../../../ci/src/findings/line-hash.js"
import type { SarifLog } from "../../../ci/src/findings/sarif.js"
import { LIMITS, writeSarif } from "../../../ci/src/findings/write-sarif.js"
import { anyFinding, code, judge, report, scanOf, suppression, vulnerability } from "./builders.js"
import { validate } from "./sarif-oracle.js"

const FILES = {
  "services/api/run.py": "import os\nos.system(x)\n",
  "services/api/requirements.txt": "requests==2.31.0\n",
}
const sources = (file: string) => (FILES as Record<string, string>)[file]

const REPORTS = [
  report("bandit", [code("bandit", "B605", "services/api/run.py:2")], {
    rules: [
      {
        tool: "bandit",
        rule: "B605",
        name: "start_process_with_a_shell",
        summary: "A process is started with a shell",
        help: "Start it without a shell.",
        url: "https://bandit.readthedocs.io/en/1.9.4/",
        tags: Array.from({ length: 30 }, (_, index) => `tag-${index}`),
      },
    ],
  }),
  report("pip-audit", [
    vulnerability("pip-audit", ["PYSEC-1", "CVE-2024-1"], "requests@2.31.0", {
      place: { file: "services/api/requirements.txt", line: 1 },
      severity: "high",
    }),
  ]),
  report("policy", [
    code("policy", "root-user", "services/a b/Dockerfile:3", {
      category: "misconfiguration",
      place: { file: "services/a b/Dockerfile", line: 3, column: 5, endColumn: 2 },
    }),
  ]),
  report("gitleaks", [], { status: "incomplete", problems: ["half a report"] }),
  report("safety", [], { status: "skipped", problems: ["needs an account"] }),
]

function logOf(reports = REPORTS): SarifLog {
  const text = writeSarif(judge(reports, { files: FILES }), sources)[0]?.text ?? ""
  return JSON.parse(text) as SarifLog
}

/** The validator is a program of its own; on a busy machine it takes seconds to start. */
const VALIDATOR = 60_000

describe("the merged SARIF", () => {
  it("has one run for each tool that ran, in a category of its own", () => {
    const { runs } = logOf()
    expect(runs.map(({ automationDetails }) => automationDetails.id)).toEqual([
      "pipeline/bandit/",
      "pipeline/gitleaks/",
      "pipeline/pip-audit/",
      "pipeline/policy/",
    ])
  })

  it("has nothing that GitHub's rules object to", { timeout: VALIDATOR }, () => {
    const text = JSON.stringify(logOf())
    expect(validate(text)).toEqual([])
  })

  it("has the fingerprint of the upload action", () => {
    const result = logOf().runs[0]?.results[0]
    expect(result?.partialFingerprints.primaryLocationLineHash).toBe(
      lineHashes(FILES["services/api/run.py"])[1],
    )
  })

  it("says of a tool that failed that it did, so that GitHub closes no alert", () => {
    const gitleaks = logOf().runs.find(({ tool }) => tool.driver.name === "gitleaks")
    expect(gitleaks?.invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ level: "error", message: { text: "half a report" } }],
      },
    ])
  })

  it("leaves suppressed findings out", () => {
    const scan = { ...scanOf(), suppressions: [suppression("B605")] }
    const text = writeSarif(judge(REPORTS, { files: FILES, scan }), sources)[0]?.text
    expect(text).not.toContain("B605")
  })

  it("is credited to one tool, and names the others", () => {
    const { runs } = logOf([
      report("bandit", [code("bandit", "B602", "services/api/run.py:2")]),
      report("semgrep", [code("semgrep", "python-injection-shell", "services/api/run.py:2")]),
    ])
    expect(runs.map(({ results }) => results.length)).toEqual([0, 1])
    expect(runs[1]?.results[0]?.properties.detectedBy).toEqual(["bandit", "semgrep"])
  })

  it("has what GitHub keeps, the gravest first, and says how much was cut", () => {
    const many = Array.from({ length: LIMITS.results + 2 }, (_, index) =>
      code("bandit", "B101", `a.py:${index + 1}`, { severity: index === 0 ? "low" : "high" }),
    )
    const [run] = logOf([report("bandit", many)]).runs
    expect(run?.results).toHaveLength(LIMITS.results)
    expect(run?.results.every(({ level }) => level === "error")).toBe(true)
    expect(run?.invocations[0]?.toolExecutionNotifications[0]?.message.text).toMatch(/^2 results/)
  })

  it("shows the severity that was decided, whatever the score says", () => {
    const odd = vulnerability("trivy", ["CVE-1"], "a@1", { severity: "low", score: 9.8 })
    const rule = logOf([report("trivy", [odd])]).runs[0]?.tool.driver.rules[0]
    expect(rule?.properties["security-severity"]).toBe("2.0")
  })

  it("has a file for each tool beside it", () => {
    const files = writeSarif(judge(REPORTS, { files: FILES }), sources)
    expect(files.map(({ name }) => name)).toEqual([
      "merged.sarif",
      "bandit.sarif",
      "gitleaks.sarif",
      "pip-audit.sarif",
      "policy.sarif",
    ])
  })

  it("hides a secret that a tool quotes", () => {
    const secret = `ghp_${"a1B2".repeat(9)}`
    const finding = code("x", "y", "a.py:1", { message: `found ${secret} here` })
    expect(JSON.stringify(logOf([report("x", [finding])]))).not.toContain(secret)
  })

  it("is the same to the byte for any order", () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 20 }), (all) => {
        const text = (findings: typeof all) =>
          writeSarif(judge([report("any", findings)]), () => undefined).map((file) => file.text)
        expect(text([...all].reverse())).toEqual(text(all))
      }),
      { numRuns: 50 },
    )
  })

  it("satisfies GitHub's rules for any findings", { timeout: VALIDATOR }, () => {
    const all = fc.sample(anyFinding, { numRuns: 300, seed: 7 })
    const tools = [...new Set(all.map(({ detections }) => detections[0]?.tool ?? ""))]
    const reports = tools.map((tool) =>
      report(
        tool,
        all.filter(({ detections }) => detections[0]?.tool === tool),
      ),
    )
    expect(validate(JSON.stringify(logOf(reports)))).toEqual([])
  })
})
