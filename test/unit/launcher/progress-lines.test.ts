import { describe, expect, it } from "vitest"
import { phaseOf } from "../../../engine/launcher/phases.mjs"
import { readProgressLine } from "../../../engine/launcher/progress-lines.mjs"
import type { Event, Row } from "../../../engine/launcher/progress-lines.mjs"
import { RunProgress } from "../../../engine/launcher/run-progress.mjs"
import { formatEvent } from "../../../ci/src/run/events.js"
import { row } from "../../../ci/src/run/rows.js"

/** As dagger's plain progress prints a line that a function printed. */
function printed(text: string): string {
  return `11  : [5.9s] | ${text}`
}

describe("readProgressLine", () => {
  it("reads the module's own events", () => {
    const passed = row("api", "test", "passed", { seconds: 1.5 })
    const line = readProgressLine(printed(formatEvent({ event: "row", row: passed })))
    expect(line).toMatchObject({ kind: "event", event: { event: "row", row: passed } })
  })

  it("reads an event in colours, indented, and after a carriage return", () => {
    const text = '{"pipelineEvent":1,"event":"stage-started","service":"api","stage":"test"}'
    const coloured = `\u001b[95m135 : \u001b[0m\u001b[90;2m┆ ┆ \u001b[0m\u001b[90m[1m3.2s] \u001b[0m\u001b[90m|\u001b[0m ${text}\r`
    expect(readProgressLine(coloured)).toMatchObject({ kind: "event", text })
  })

  it.each([
    { what: "half an event", text: '{"pipelineEvent":1,"event":"row","row":{"ser' },
    { what: "an event of a later version", text: '{"pipelineEvent":2,"event":"run-started"}' },
    { what: "an event of no known kind", text: '{"pipelineEvent":1,"event":"other"}' },
    { what: "a row without a service", text: '{"pipelineEvent":1,"event":"row","row":{}}' },
    {
      what: "a run whose id is a path",
      text: '{"pipelineEvent":1,"event":"run-started","id":"../../x","services":[]}',
    },
  ])("takes $what for output", ({ text }) => {
    expect(readProgressLine(printed(text))).toEqual({ kind: "output", text })
  })

  it.each([
    {
      line: "5   : load module: .",
      title: "load module: .",
      depth: 0,
      ended: false,
      failed: false,
    },
    {
      line: "5   : load module: . DONE [1m3.3s]",
      title: "load module: .",
      depth: 0,
      ended: true,
      failed: false,
    },
    {
      line: "135 : ┆ Container.withExec ERROR [1.2s]",
      title: "Container.withExec",
      depth: 1,
      ended: true,
      failed: true,
    },
    {
      line: "12  : ┆ Directory.glob CACHED [0.0s]",
      title: "Directory.glob",
      depth: 1,
      ended: true,
      failed: false,
    },
  ])("reads the step in `$line`", ({ line, ...step }) => {
    const id = Number.parseInt(line)
    expect(readProgressLine(line)).toEqual({ kind: "step", id, ...step })
  })

  it("leaves other lines as they are", () => {
    expect(readProgressLine("Error: exit code: 1")).toEqual({
      kind: "other",
      text: "Error: exit code: 1",
    })
  })
})

describe("phaseOf", () => {
  it.each([
    { line: "1   : connect", phase: "connecting to the engine" },
    { line: "5   : load module: .", phase: "loading the pipeline module" },
    { line: "5   : load module: . DONE [0.7s]", phase: undefined },
    { line: "11  : Pipeline.ci(", phase: "uploading the repository and planning the run" },
    { line: "11  : Pipeline.plan: String!", phase: "running plan" },
    { line: '12  : ┆ Container.from(address: "x"): Container!', phase: undefined },
  ])("`$line`: $phase", ({ line, phase }) => {
    expect(phaseOf(readProgressLine(line))).toBe(phase)
  })
})

describe("RunProgress", () => {
  function event(progress: RunProgress, value: Event): string | undefined {
    return progress.take({ kind: "event", event: value, text: "" }, { colour: false })
  }

  function finished(service: string, stage: string, rest: Partial<Row> = {}): Event {
    const values = { status: "passed" as const, reason: "", seconds: 1, cached: false }
    return {
      event: "row",
      row: { service, stage, counts: null, reproduce: "", ...values, ...rest },
    }
  }

  it("shows one line for every finished stage, with how many there are", () => {
    const progress = new RunProgress()
    event(progress, { event: "run-started", id: "x", services: ["matchmaking", "api"], stages: 8 })
    event(progress, { event: "stage-started", service: "api", stage: "test" })
    const counts = { total: 14, passed: 14, failed: 0, skipped: 0 }
    expect(event(progress, finished("api", "test", { seconds: 12.34, counts }))).toBe(
      "   12.3s  ok      api          test       14 of 14 tests passed   (1 of 8)",
    )
  })

  it("says what runs now", () => {
    let now = 0
    const progress = new RunProgress(() => now)
    expect(progress.status()).toBe("0 s  starting dagger ...")
    progress.take(readProgressLine("5   : load module: ."), { colour: false })
    now = 13_000
    expect(progress.status()).toBe("13 s  loading the pipeline module ...")
    expect(event(progress, { event: "run-started", id: "x", services: ["api"], stages: 4 })).toBe(
      "   13.0s  loading the pipeline module",
    )
    event(progress, { event: "stage-started", service: "api", stage: "test" })
    now = 100_000
    expect(progress.status()).toBe("0 of 4 stages done · api test 1 min 27 s")
    expect(progress.live()).toEqual([
      expect.stringMatching(/^0 of 4 stages done, /),
      "api  test       1 min 27 s",
    ])
    event(progress, finished("api", "test", { status: "failed", reason: "no test" }))
    expect(progress.status()).toBe("1 of 4 stages done")
  })

  it("names the programs that are built for the first time, while that takes long", () => {
    let now = 0
    const progress = new RunProgress(() => now)
    const take = (line: string) => progress.take(readProgressLine(line), { colour: false })
    event(progress, { event: "run-started", id: "x", services: ["api"], stages: 4 })
    take('28  : ┆ Container.file(path: "/built/trivy"): File!')
    take('29  : ┆ Container.file(path: "/built/gitleaks"): File!')
    take('30  : ┆ Container.file(path: "/reports/junit.xml"): File!')
    take("29  : ┆ Container.file DONE [0.0s]")
    expect(progress.status()).toBe("0 of 4 stages done")
    now = 20_000
    const building = "building trivy from Go modules, once for each version"
    expect(progress.status()).toBe(`0 of 4 stages done · ${building}`)
    expect(progress.live().at(-1)).toBe(building)
    take("28  : ┆ Container.file DONE [5m20.0s]")
    expect(progress.status()).toBe("0 of 4 stages done")
  })
})
