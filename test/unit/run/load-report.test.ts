import { describe, expect, it } from "vitest"
import type { Load } from "../../../ci/src/config/index.js"
import type { LoadFigures } from "../../../ci/src/run/load-report.js"
import {
  loadFaults,
  loadNote,
  loadTargets,
  readBaseline,
  readLoadReport,
} from "../../../ci/src/run/load-report.js"

/** As `vegeta report -type=json` prints it; times are in nanoseconds. */
const REPORT = JSON.stringify({
  latencies: { total: 1, mean: 1, "50th": 4_000_000, "90th": 9e6, "95th": 12_500_000, max: 9e9 },
  ...{ requests: 500, rate: 50.1, throughput: 49.5, success: 0.99 },
  ...{ status_codes: { "200": 495, "500": 5 }, errors: ["500 Internal Server Error"] },
})

const FIGURES: LoadFigures = {
  ...{ p50: 4, p95: 12.5, throughput: 49.5, requests: 500, failed: 5 },
  errors: ["500 Internal Server Error"],
}

function load(changes: Partial<Load> = {}): Load {
  return { requests: [], rate: 50, duration: 10, errors: 1, ...changes }
}

describe("a load check", () => {
  it("reads vegeta's report, and refuses another", () => {
    expect(readLoadReport(REPORT)).toEqual(FIGURES)
    expect(() => readLoadReport("{}")).toThrow("no figures")
    expect(() => readLoadReport("")).toThrow(SyntaxError)
  })

  it.each<[string, Partial<Load>, number[], RegExp | undefined]>([
    ["passes without thresholds", {}, [], undefined],
    ["fails when too many requests fail", { errors: 0.5 }, [], /^5 of 500 .* such as: 500 Int/],
    ["passes at its p95", { p95: 12.5 }, [], undefined],
    ["fails above its p95", { p95: 12 }, [], /^p95 is 13 ms, more than load.p95 \(12 ms\)/],
    ["fails below its throughput", { throughput: 50 }, [], /^50 requests .* fewer/],
    ["passes without an earlier run", { slowdown: 10 }, [], undefined],
    ["passes near earlier runs", { slowdown: 30 }, [10, 99, 9], undefined],
    ["fails far above earlier runs", { slowdown: 20 }, [10, 99, 9], /above the 10 ms of earlier/],
    ["looks at the last five runs only", { slowdown: 20 }, [1, 1, 1, 12, 12, 12], undefined],
  ])("%s", (_, changes, recorded, expected) => {
    const baseline = readBaseline(recorded.map((value) => `${value}\n`).join(""))
    const [fault] = loadFaults(FIGURES, load(changes), baseline)
    if (expected === undefined) expect(fault).toBeUndefined()
    else expect(fault).toMatch(expected)
  })

  it("fails when it sent nothing", () => {
    expect(loadFaults({ ...FIGURES, requests: 0, failed: 0 }, load(), [])).toHaveLength(1)
  })

  it("says what it measured, and what was before", () => {
    expect(loadNote(FIGURES, load(), [])).toBe(
      "p95 13 ms, median 4.0 ms; 50 of 50 requests per second answered, 5 of 500 failed; no earlier run on this machine",
    )
    expect(loadNote(FIGURES, load(), [11])).toContain("p95 was 11 ms in 1 earlier run on")
  })

  it("reads what was recorded, and nothing else", () => {
    expect(readBaseline("12.5\n\nx\n-1\n3\n")).toEqual([12.5, 3])
  })

  it("asks with method, headers and body", () => {
    const text = loadTargets("http://service:8000", [
      { method: "GET", path: "/", headers: {} },
      { method: "POST", path: "/x", headers: { "content-type": "a/b" }, body: '{"n":1}' },
    ])
    expect(
      text
        .split("\n")
        .slice(0, 2)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { method: "GET", url: "http://service:8000/", header: {} },
      {
        ...{ method: "POST", url: "http://service:8000/x", header: { "content-type": ["a/b"] } },
        body: Buffer.from('{"n":1}').toString("base64"),
      },
    ])
  })
})
