import { readdirSync } from "node:fs"

import { describe, expect, it } from "vitest"

import type { ToolOutput } from "../../../ci/src/scanners/index.js"
import { interpret, SCANNERS } from "../../../ci/src/scanners/index.js"
import { refusal, VERSIONS } from "../../../ci/src/scanners/versions.js"
import type { Adapter } from "../../fixtures/scanners/cases.js"
import { ADAPTERS, CASES, fakeToken } from "../../fixtures/scanners/cases.js"
import { jobOf, recorded, reportOf } from "./recorded.js"

const TOOLS = Object.keys(ADAPTERS) as Adapter[]

it("every adapter has recordings of all of its cases, and none of others", () => {
  for (const tool of TOOLS) {
    const cases = CASES.filter((one) => one.tool === tool).map(({ name }) => `${name}.json`)
    expect(readdirSync(new URL(`../../fixtures/scanners/${tool}`, import.meta.url)).sort()).toEqual(
      cases.sort(),
    )
    expect(cases).toContain("findings.json")
  }
})

describe.each(TOOLS)("%s", (tool) => {
  const whole = recorded(tool, "findings")

  it.each<[string, Partial<ToolOutput>, RegExp]>([
    ["crashed", { exitCode: 134, files: {} }, /^ended with exit code 134/],
    ["was killed", { exitCode: 137, files: {} }, /^ended with exit code 137/],
    ["hung", { exitCode: 124, timedOut: true }, /^took too long/],
    ["wrote nothing", { files: {} }, /wrote no report|ended with/],
    ["wrote an empty file", { files: mapped(whole, () => "") }, /wrote an empty report/],
    ["wrote half a file", { files: mapped(whole, half) }, /wrote half a report/],
    ["wrote nonsense", { files: mapped(whole, () => "Segmentation fault") }, /wrote half a report/],
  ])("that %s is incomplete", (_, changes, problem) => {
    const report = reportOf(tool, "findings", { tail: ["last words"], ...changes })
    expect(report).toMatchObject({ status: "incomplete", findings: [], tail: ["last words"] })
    expect(report.problems.join("\n")).toMatch(problem)
  })

  it("that ended with an unknown code is incomplete, and keeps what it found", () => {
    const report = reportOf(tool, "findings", { exitCode: 99 })
    expect(report.status).toBe("incomplete")
    expect(report.problems[0]).toMatch(/^ended with exit code 99/)
    expect(report.findings).not.toHaveLength(0)
  })

  it("that got another shape of report does not throw", () => {
    for (const text of ["{}", "[]", "null", "1", '{"results":[null]}', "[[]]"])
      expect(() => reportOf(tool, "findings", { files: mapped(whole, () => text) })).not.toThrow()
  })

  it("that lost any one of its files, or half of it, is incomplete or the same", () => {
    const before = reportOf(tool, "findings")
    for (const [name, text] of Object.entries(whole.files))
      for (const change of [undefined, "", half(text)]) {
        const { [name]: _, ...rest } = whole.files
        const files = change === undefined ? rest : { ...rest, [name]: change }
        const after = reportOf(tool, "findings", { files })
        if (after.status === "complete") expect(after.findings, name).toEqual(before.findings)
      }
  })

  it("that wrote JSON with nothing in it is not clean", () => {
    const files = mapped(whole, (text) => (/^[[{]/.test(text) ? "{}\n" : text))
    expect(reportOf(tool, "findings", { files }).status).toBe("incomplete")
  })
})

describe("a tool that looked at less than it was given", () => {
  it.each(["bandit", "semgrep"] as const)("is incomplete: %s", (tool) => {
    const job = { ...jobOf(tool, "findings"), files: ["services/api/run.py", "services/api/x.py"] }
    const report = interpret(SCANNERS[tool], recorded(tool, "findings"), job)
    expect(report.problems).toEqual(["did not look at 1 of 2 files: services/api/x.py"])
  })

  it.each([
    ["bandit", { "bandit.json": '{"results":[],"errors":[],"metrics":{"_totals":{}}}' }],
    ["semgrep", { "semgrep.json": '{"results":[],"errors":[],"paths":{"scanned":[]}}' }],
  ] as const)("and at nothing: %s", (tool, files) => {
    const report = reportOf(tool, "clean", { files })
    expect(report.problems).toEqual(["looked at none of 1 files"])
  })

  it.each([
    ["gitleaks", "gitleaks.log", "did not say how much it looked at"],
    ["trufflehog", "trufflehog.log", "did not say that it finished"],
  ] as const)("or does not say how much: %s", (tool, name, problem) => {
    const files = { ...recorded(tool, "clean").files, [name]: "started" }
    expect(reportOf(tool, "clean", { files }).problems).toEqual([problem])
  })

  it.each([
    ["gitleaks", "gitleaks.log", /~\d+ bytes \(\d+/, "~0 bytes (0"],
    ["trufflehog", "trufflehog.log", /"chunks":\d+,"bytes":\d+/, '"chunks":0,"bytes":0'],
  ] as const)("or at no byte of what it was given: %s", (tool, name, amount, none) => {
    const { files } = recorded(tool, "clean")
    const changed = { ...files, [name]: (files[name] ?? "").replace(amount, none) }
    expect(reportOf(tool, "clean", { files: changed }).problems).toEqual([
      "looked at nothing in the 1 files that it was given",
    ])
  })

  it.each(["gitleaks", "gitleaks-history", "trufflehog", "trivy"] as const)(
    "or says that it found something, and does not say what: %s",
    (tool) => {
      const { exitCode } = recorded(tool, "findings")
      expect(reportOf(tool, "clean", { exitCode }).problems).toEqual([
        `ended with exit code ${exitCode}, which says that it found something: its report has nothing`,
      ])
    },
  )

  it("names a package that was not audited", () => {
    const text = '{"dependencies":[{"name":"flask","skip_reason":"not found"}]}'
    const report = reportOf("pip-audit", "findings", { files: { "0.json": text, "1.json": text } })
    expect(report.problems[0]).toBe(
      "did not look at services/api/requirements.txt: flask: not found",
    )
  })
})

describe("secrets", () => {
  const token = fakeToken("api")

  it.each(TOOLS)("are not in what was recorded of %s", (tool) => {
    for (const name of ["findings", "clean"])
      if (name === "findings" || tool !== "pip-audit")
        expect(JSON.stringify(recorded(tool, name))).not.toContain(token)
  })

  it("are hidden in a tool's last words", () => {
    const tail = [`error: could not parse 'TOKEN = "${token}"'`]
    const report = reportOf("bandit", "findings", { exitCode: 2, files: {}, tail })
    expect(JSON.stringify(report)).not.toContain(token)
    expect(report.tail).toHaveLength(1)
  })
})

describe("versions", () => {
  it.each(["0.69.4", "v0.69.5", "0.69.6"])(
    "of trivy that hold malware are refused: %s",
    (version) => {
      expect(refusal("trivy", version)).toContain("malware")
    },
  )

  it("that are pinned are allowed", () => {
    for (const [tool, version] of Object.entries(VERSIONS))
      expect(refusal(tool, version)).toBeUndefined()
  })
})

function mapped({ files }: ToolOutput, change: (text: string) => string): ToolOutput["files"] {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, change(text)]))
}

/** Most of a text: what is left when a tool is killed while it writes. */
function half(text: string): string {
  return text.trimEnd().slice(0, -Math.ceil(text.trimEnd().length / 3))
}
