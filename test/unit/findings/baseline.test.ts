import fc from "fast-check"
import { describe, expect, it } from "vitest"

import { formatBaseline } from "../../../ci/src/findings/baseline.js"
import type { Finding } from "../../../ci/src/findings/finding.js"
import { code, judge, report, scanOf, vulnerability } from "./builders.js"

type Files = Record<string, string>

const BAD = "os.system(x)"

/** What a tool would find in files: a finding for every line with the bad call. */
function scan(files: Files): Finding[] {
  return Object.entries(files).flatMap(([file, text]) =>
    text
      .split("\n")
      .flatMap((line, index) =>
        line.includes(BAD) ? [code("bandit", "B605", `${file}:${index + 1}`)] : [],
      ),
  )
}

/** The findings of `after` that are new against a baseline of `before`. */
function compare(before: Files, after: Files) {
  const text = formatBaseline(judge([report("bandit", scan(before))], { files: before }).findings)
  const baseline = { path: "baseline.json", text }
  const result = judge([report("bandit", scan(after))], { files: after, baseline })
  return {
    open: result.findings
      .filter(({ decision }) => decision.state === "open")
      .map(({ place }) => `${place.file}:${place.line}`),
    notes: result.notes,
    exitCode: result.verdict.exitCode,
  }
}

describe("a baseline", () => {
  it.each([
    ["nothing changed", { a: BAD }, { a: BAD }, []],
    ["lines were added above", { a: BAD }, { a: `import os\n\n${BAD}` }, []],
    ["the line was indented", { a: BAD }, { a: `if x:\n    ${BAD}` }, []],
    ["the file was renamed", { a: BAD }, { b: BAD }, []],
    ["there is a second instance", { a: BAD }, { a: `${BAD}\n${BAD}` }, ["a:2"]],
    ["the line was copied to another file", { a: BAD }, { a: BAD, b: BAD }, ["b:1"]],
    ["it moved to another file", { a: BAD }, { a: "", b: BAD }, ["b:1"]],
    ["the line is another one", { a: BAD }, { a: `y = ${BAD}` }, ["a:1"]],
  ])("when %s", (_, before: Files, after: Files, open) => {
    expect(compare(before, after)).toMatchObject({ open, exitCode: open.length > 0 ? 1 : 0 })
  })

  it("names entries that nobody needs any more", () => {
    expect(compare({ a: BAD }, { a: "" }).notes).toEqual([
      "the baseline's bandit:B605 in a is gone: update it",
    ])
  })

  it("knows a vulnerability by any of its names, and in a later version", () => {
    const before = [
      vulnerability("pip-audit", ["PYSEC-1", "CVE-1"], "requests@1", { severity: "high" }),
    ]
    const after = [vulnerability("trivy", ["CVE-1", "GHSA-a"], "requests@2", { severity: "high" })]
    const baseline = { path: "b.json", text: formatBaseline(judge([report("t", before)]).findings) }
    expect(judge([report("t", after)], { baseline }).verdict.exitCode).toBe(0)
  })

  it("never hides more findings than it has entries", () => {
    const text = fc
      .array(fc.constantFrom(BAD, `  ${BAD}`, "pass", ""), { maxLength: 8 })
      .map((lines) => lines.join("\n"))
    const files = fc.dictionary(fc.constantFrom("a", "b", "c"), text)
    fc.assert(
      fc.property(files, files, (before, after) => {
        const { open } = compare(before, after)
        expect(scan(after).length - open.length).toBeLessThanOrEqual(scan(before).length)
      }),
    )
  })

  it.each([
    ["{", "baseline.json is no JSON"],
    ['{"findings":[]}', "baseline.json has no version"],
    ['{"version":0,"findings":[]}', "baseline.json has version 0, and this program reads 1"],
    ['{"version":1,"findings":[{}]}', "baseline.json: findings.0."],
  ])("that can't be read is an error: %s", (text, message) => {
    const { verdict } = judge([], { baseline: { path: "baseline.json", text }, scan: scanOf() })
    expect(verdict.exitCode).toBe(2)
    expect(verdict.errors).toEqual([expect.stringContaining(message)])
  })
})
