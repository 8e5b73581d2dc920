import { describe, expect, it } from "vitest"
import { formatRun, formatTable } from "../../../ci/src/report/table.js"
import type { RunRecord } from "../../../ci/src/run/rows.js"
import { RECORD_VERSION, row } from "../../../ci/src/run/rows.js"

function record(rows: RunRecord["rows"], rest: Partial<RunRecord> = {}): RunRecord {
  return {
    version: RECORD_VERSION,
    id: "20260101T000000-abcd",
    started: "2026-01-01T00:00:00.000Z",
    seconds: 12.34,
    selection: ["Running all 2 services"],
    unchanged: [],
    notSelected: [],
    standIns: [],
    rows,
    exitCode: 0,
    ...rest,
  }
}

describe("formatTable", () => {
  it("shows each stage's result, time, reuse and counts", () => {
    const lines = formatTable([
      row("api", "test", "passed", {
        seconds: 1.26,
        cached: false,
        counts: { total: 3, passed: 2, failed: 0, skipped: 1 },
      }),
      row("api", "build", "passed", { seconds: 0.1, cached: true }),
      row("api", "smoke", "passed", { seconds: 2, cached: null }),
      row("worker", "smoke", "skipped", { reason: "no health in services.json" }),
    ])
    expect(lines).toEqual(
      [
        "SERVICE  STAGE  RESULT  TIME   CACHED",
        "api      test   ok      1.3 s           2 of 3 tests passed, 1 skipped",
        "api      build  ok      0.1 s  cached",
        "api      smoke  ok      2.0 s  unknown",
        "worker   smoke  -                       no health in services.json",
      ].map((line) =>
        expect.stringMatching(
          new RegExp(`^${line.replaceAll(/ {2,}/g, " +").replaceAll(".", "\\.")}$`),
        ),
      ),
    )
  })
})

describe("formatRun", () => {
  it("shows a flaky stage in its row and in the last line", () => {
    const flaky = row("api", "test", "passed", {
      flaky: true,
      coverage: 87.456,
      counts: { total: 2, passed: 2, failed: 0, skipped: 0 },
      warnings: ["FLAKY: failed 1 time with the same inputs: test_a"],
    })
    const text = formatRun(record([flaky, row("api", "smoke", "passed")]))
    expect(text).toMatch(
      /^api +test +FLAKY .*2 of 2 tests passed; 87\.5 % covered; FLAKY: failed 1 time with the same inputs: test_a$/m,
    )
    expect(text).toContain("PASSED: 1 of 1 services passed (1 flaky), ")
  })

  it("gives a command for every shard that failed", () => {
    const shard = (number: number, status: "passed" | "failed") => ({
      ...{ shard: `${number}/3`, status, flaky: false, cached: false, exitCode: 1, counts: null },
      reproduce: `debug ${number}`,
    })
    const shards = [shard(1, "failed"), shard(2, "passed"), shard(3, "failed")]
    const text = formatRun(
      record([row("api", "test", "failed", { reproduce: "debug 1", shards })], { exitCode: 1 }),
    )
    expect(text.match(/reproduce: .*/g)).toEqual(["reproduce: debug 1", "reproduce: debug 3"])
  })

  it("shows what the servers beside a failed step printed last", () => {
    const lines = Array.from({ length: 30 }, (_, index) => `log line ${index}`)
    const logs = [
      { of: "backing service postgres", lines },
      { of: "backing service redis", lines: [] },
    ]
    const text = formatRun(record([row("api", "test", "failed", { reason: "broke", logs })]))
    expect(text).toContain("  backing service postgres printed last:\n    log line 22\n")
    expect(text).toContain("log line 29\n  backing service redis printed nothing\n")
    expect(text).not.toContain("log line 21")
  })

  it("names service, stage, reason and the command that reproduces a failure", () => {
    const text = formatRun(
      record(
        [
          row("api", "test", "failed", {
            reason: "1 of 3 tests failed: test_login",
            tail: ["E   assert 401 == 200"],
            reproduce: "dagger call debug --service=api --step=test terminal",
            cached: false,
          }),
          row("web", "test", "passed", { cached: true }),
        ],
        { exitCode: 1 },
      ),
    )
    expect(text).toContain("FAILED  api test: 1 of 3 tests failed: test_login")
    expect(text).toContain("    E   assert 401 == 200")
    expect(text).toContain("  reproduce: dagger call debug --service=api --step=test terminal")
    expect(text).toMatch(
      /^FAILED: 1 of 2 services passed, 0 unchanged, 2 stages run \(1 cached\) in 12\.3 s$/m,
    )
  })

  it("says what was not known", () => {
    const text = formatRun(
      record([row("api", "build", "error", { reason: "registry did not answer" })], {
        exitCode: 3,
      }),
    )
    expect(text).toContain("ERROR  api build: registry did not answer")
    expect(text).toMatch(/^INCOMPLETE: 0 of 1 services passed/m)
  })

  it("names stand-ins", () => {
    expect(formatRun(record([], { standIns: ["python:3.11-slim"] }))).toContain(
      "Stand-in base images were used (their registry can't be reached): python:3.11-slim",
    )
  })

  it("ends with the failures and the verdict, whatever else there is to say", () => {
    const bad = ["api", "chat", "web"].map((name) =>
      row(name, "test", "failed", { reason: "broke", reproduce: `debug ${name}` }),
    )
    const lines = (rows: RunRecord["rows"]) =>
      formatRun(record(rows, { exitCode: 1, standIns: ["python:3.11-slim"] })).split("\n")
    expect(lines(bad.slice(0, 1)).slice(-5)).toEqual([
      "",
      "FAILED  api test: broke",
      "  reproduce: debug api",
      "",
      expect.stringMatching(/^FAILED: /),
    ])
    // More than fit on a screen are named once more.
    expect(lines(bad).slice(-5)).toEqual([
      "  reproduce: debug web",
      "",
      "failed: api test, chat test, web test",
      "",
      expect.stringMatching(/^FAILED: /),
    ])
  })

  it("does not call unchanged what was left out by name", () => {
    const passed = [row("api", "test", "passed")]
    const named = formatRun(record(passed, { notSelected: ["chat", "web"] }))
    expect(named).toMatch(/^PASSED: 1 of 1 services passed, 2 not selected, 1 stages run/m)
    const both = formatRun(record(passed, { unchanged: ["chat"], notSelected: ["web"] }))
    expect(both).toMatch(/^PASSED: 1 of 1 services passed, 1 unchanged, 1 not selected, 1 stages/m)
  })

  it("is complete for a run with nothing to do", () => {
    const text = formatRun(
      record([], {
        selection: ["Running 0 of 2 services: 0 files changed since main"],
        unchanged: ["api", "web"],
      }),
    )
    expect(text).toMatch(/^PASSED: 0 of 0 services passed, 2 unchanged, 0 stages run \(0 cached\)/m)
  })
})
