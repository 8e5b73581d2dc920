import { describe, expect, it } from "vitest"
import { leftOutReports } from "../../../ci/src/scanners/index.js"

const NONE = { allow: [], deny: [] }
const SOME = { allow: [], deny: ["AGPL-3.0-only"] }

describe("what a scan leaves out of images", () => {
  it.each([
    ["all of them", NONE, { images: true, selected: 4, all: 4 }, []],
    ["none, with nothing to hold them to", NONE, { images: false, selected: 4, all: 4 }, []],
    [
      "none, with a policy of licences",
      SOME,
      { images: false, selected: 4, all: 4 },
      ["licences: scan.licences holds for what is installed, which --images looks at"],
    ],
    [
      "those of some services",
      SOME,
      { images: true, selected: 1, all: 4 },
      ["other images: what is in those of 3 further services is not known here"],
    ],
  ])("is said where it looks at %s", (_, licences, scope, expected) => {
    const reports = leftOutReports(licences, scope)
    expect(reports.map(({ about, problems }) => `${about}: ${problems.join()}`)).toEqual(expected)
    expect(reports.every(({ tool, status }) => tool === "trivy" && status === "skipped")).toBe(true)
  })
})
