import { describe, expect, it } from "vitest"
import type { PlannedRun } from "../../../ci/src/run/event-parts.js"
import { failedForEvent } from "../../../ci/src/run/event-parts.js"
import type { Event } from "../../../ci/src/run/events.js"
import { formatEvent } from "../../../ci/src/run/events.js"
import { recordFromEvents, recordText } from "../../../ci/src/run/read-record.js"
import { RECORD_VERSION, row } from "../../../ci/src/run/rows.js"
import type { TestCase } from "../../../ci/src/run/test-report.js"

const started = "2026-11-24T01:20:02.787Z"
const begin = formatEvent({
  event: "run-started",
  ...{ id: "20261124T012002-q0xd", started, services: ["api"], stages: 4, jobs: 2 },
})
const preflight = row("api", "preflight", "passed", {
  started: "2026-11-24T01:20:05.787Z",
  seconds: 2,
})

describe("a record from the launcher's events", () => {
  it("has what had finished, and says that it is not everything", () => {
    const text = [
      begin,
      formatEvent({ event: "stage-started", service: "api", stage: "preflight" }),
      formatEvent({ event: "row", row: preflight }),
      formatEvent({ event: "stage-started", service: "api", stage: "test" }),
      formatEvent({ event: "row", row: row("api", "test", "passed") }).slice(0, 40),
    ].join("\n")
    expect(recordFromEvents(text)).toMatchObject({
      version: RECORD_VERSION,
      id: "20261124T012002-q0xd",
      seconds: 5,
      exitCode: 3,
      machine: { jobs: 2 },
      incomplete: expect.stringContaining("the engine was lost"),
      rows: [
        preflight,
        { service: "api", stage: "test", status: "error", reason: expect.stringMatching(/ended/) },
      ],
    })
  })

  it("says what was called, of which commit and why, where the events do", () => {
    const about = {
      ...{ command: "ci --changed", commit: "c".repeat(40) },
      ...{ selection: ["Running 1 of 3 services"], unchanged: ["web"], notSelected: ["chat"] },
    }
    const event = { id: "a", started, services: ["api"], stages: 0 }
    const text = formatEvent({ event: "run-started", ...event, jobs: 1, about })
    expect(recordFromEvents(text)).toMatchObject(about)
    expect(recordFromEvents(begin)).toMatchObject({
      ...{ command: "", selection: [], unchanged: [], notSelected: [] },
    })
  })

  it("has the plan, and the tests that failed, where the events do", () => {
    const failed = { name: "test_a", suite: "", status: "failed", seconds: 1, message: "1 != 2" }
    const planned = {
      plan: { version: 1, services: [{ name: "api", reasons: [{ kind: "own-file", file: "a" }] }] },
      units: [{ name: "api", kind: "service", path: "api", dependsOn: [] }],
      machine: { cores: 4, memoryMegabytes: 8192, jobs: 2 },
    } as unknown as PlannedRun
    const events: Event[] = [
      { event: "run-planned", planned },
      { event: "row", row: preflight },
      {
        event: "row",
        row: row("api", "test", "failed"),
        failedTests: failedForEvent([
          { ...failed, status: "passed", name: "test_b" },
          failed as TestCase,
        ]),
      },
    ]
    const text = [begin, ...events.map(formatEvent)].join("\n")
    expect(recordFromEvents(text)).toMatchObject({
      ...planned,
      tests: [{ service: "api", stage: "test", cases: [failed] }],
    })
  })

  it("is the run's own when that had finished", () => {
    const record = {
      version: RECORD_VERSION,
      ...{ id: "20261124T012002-q0xd", started, seconds: 9, exitCode: 0 },
      ...{ selection: ["all"], unchanged: [], standIns: [], rows: [preflight] },
    } as const
    const text = [begin, formatEvent({ event: "run-finished", record: { ...record } as never })]
    expect(recordFromEvents(text.join("\n"))).toMatchObject(record)
  })

  it("needs the first event", () => {
    expect(() => recordFromEvents(formatEvent({ event: "row", row: preflight }))).toThrow(
      "do not say which run",
    )
  })

  it("leaves a record as it is, whatever it holds", () => {
    for (const text of ['{"version":1}', "{", ""]) expect(recordText(text)).toBe(text)
  })
})
