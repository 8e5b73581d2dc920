import { describe, expect, it } from "vitest"

import { formatIssues } from "../../../ci/src/config/index.js"
import { formatPath } from "../../../ci/src/config/issues.js"
import { parseText } from "./builders.js"

describe("formatIssues", () => {
  it("is a block for each issue and the next step", () => {
    const text = `{
  "libraries": [{"name": "common", "paht": "libs/common"}],
  "services": []
}`
    expect(formatIssues(parseText(text, "jobs: 0").issues)).toBe(
      `services.json:2:36  libraries[0].paht: unknown key
    expected: one of name, path, depends_on
    did you mean "path"?

pipeline.yaml:1:7  jobs: 0 must be at least 1

2 problems in services.json and pipeline.yaml. Change the lines above, then check with: dagger call plan
`,
    )
  })

  it("is empty when nothing is wrong", () => {
    expect(formatIssues([])).toBe("")
  })

  it("counts what is too much to read", () => {
    const { issues } = parseText(`[${Array.from({ length: 60 }, () => "1").join(",")}]`)
    const text = formatIssues(issues)
    expect(text).toContain("... and 10 more\n")
    expect(text).toContain("60 problems in services.json.")
  })

  it("shows no control characters of the file", () => {
    const { issues } = parseText('[{"name": "\\u001b[31m", "\\u001b[2J": 1}]')
    expect(formatIssues(issues)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
  })
})

describe("formatPath", () => {
  it.each([
    [[], ""],
    [["services", 3, "language"], "services[3].language"],
    [["images", "python:3.11", "digest"], 'images["python:3.11"].digest'],
    [["a b"], '["a b"]'],
  ])("of %j is %j", (path, text) => {
    expect(formatPath(path)).toBe(text)
  })
})
