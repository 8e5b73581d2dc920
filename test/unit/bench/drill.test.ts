import { describe, expect, it } from "vitest"
import { complaints, partsOf } from "../../../bench/drill/parts.mjs"
import { sharesRange } from "../../../bench/lib/own-engine.mjs"

const passed = {
  ...{ service: "api", stage: "test", status: "passed", reason: "", cached: false },
}

function events(record: object): string {
  const started = '{"pipelineEvent":1,"event":"run-started","id":"a","services":[]}'
  const finished = JSON.stringify({ pipelineEvent: 1, event: "run-finished", record })
  return `${started}\n${finished}\n`
}

const GREEN = events({ seconds: 120, exitCode: 0, rows: [passed, passed] })

const LINES = [
  { at: 1, text: "pipeline: engine: the native one" },
  { at: 1, text: "[   1s] root file system ..." },
  { at: 21, text: "[  21s] root file system: still at it, 20 s" },
  { at: 61, text: "[  61s] root file system: done in 60 s" },
  { at: 63, text: "[  63s] starting the engine: done in 2 s" },
  { at: 100, text: "pipeline: running: dagger call ci" },
]

describe("a disaster drill", () => {
  it("says how long each part took, and that the parts are all of it", () => {
    const parts = partsOf(LINES, GREEN, 250)
    expect(parts).toEqual([
      { name: "  root file system", seconds: 60 },
      { name: "  starting the engine", seconds: 2 },
      { name: "until the engine was there", seconds: 100 },
      { name: "  loading the module, planning, and all else", seconds: 30 },
      { name: "  2 stages, all of them run", seconds: 120 },
      { name: "the run", seconds: 150 },
      { name: "the one command", seconds: 250 },
    ])
  })

  it("is none where an engine was there already", () => {
    const calm = LINES.filter(({ text }) => !text.includes("starting the engine"))
    expect(() => partsOf(calm, GREEN, 250)).toThrow("started no engine")
  })

  it("is green when every stage passed, and none from a cache that should be lost", () => {
    expect(complaints(GREEN)).toEqual([])
    const failed = { ...passed, status: "failed", reason: "1 of 3 tests failed" }
    const cached = { ...passed, stage: "build", cached: true }
    expect(complaints(events({ seconds: 1, exitCode: 1, rows: [failed, cached] }))).toEqual([
      "api test failed: 1 of 3 tests failed",
      "api build is cached: something was not lost",
      "the run ended with 1",
    ])
  })

  it("is not green without a run", () => {
    expect(complaints("")).toEqual(["the run left no record"])
    expect(complaints(events({ seconds: 1, exitCode: 0, rows: [] }))).toEqual(["no stage ran"])
  })
})

describe("an engine of a bench's own", () => {
  it("has an address range that nothing else on the machine has", () => {
    expect(sharesRange("10.97.0.0/16", ["10.97.0.1", "192.168.0.2"])).toBe(true)
    expect(sharesRange("10.97.0.0/16", ["10.97.0.0/16"])).toBe(true)
    expect(sharesRange("10.97.0.0/16", ["10.9.7.1", "110.97.0.1", "10.98.0.1", "::1"])).toBe(false)
  })
})
