import { describe, expect, it } from "vitest"
import { describeRecorded, recordedStep } from "../../../ci/src/run/recorded-step.js"
import { row } from "../../../ci/src/run/rows.js"
import { fullRecord } from "../report/records.js"

const COMMIT = "c".repeat(40)
const RECORD = fullRecord({
  commit: COMMIT,
  engine: "v0.19.10",
  standIns: ["redis:7"],
  inputs: { api: "sha256:1" },
  rows: [
    row("api", "preflight", "passed"),
    row("api", "test", "failed", { reason: "1 of 5 tests failed" }),
    row("chat", "build", "error", { reason: "the registry did not answer" }),
  ],
})
const TEXT = JSON.stringify(RECORD)

describe("a recorded step", () => {
  it.each([
    ["the first that failed", "", "", "api test"],
    ["the one of a service", "chat", "", "chat build"],
    ["the one of a stage", "", "build", "chat build"],
    ["one that passed, when both are named", "api", "preflight", "api preflight"],
  ])("is %s", (_, service, step, expected) => {
    const recorded = recordedStep(TEXT, { service, step })
    expect(`${recorded.service} ${recorded.step}`).toBe(expected)
  })

  it("comes with what it ran on", () => {
    expect(recordedStep(TEXT, { service: "", step: "" })).toEqual({
      ...{ run: RECORD.id, commit: COMMIT, engine: "v0.19.10", standIns: ["redis:7"] },
      ...{ service: "api", step: "test", result: "failed: 1 of 5 tests failed" },
      inputs: "sha256:1",
    })
  })

  it("names the security tool that decided", () => {
    const reproduce = "dagger call scan --service=api --tool=bandit,semgrep"
    const rows = [row("api", "scan", "failed", { reproduce })]
    const recorded = recordedStep(JSON.stringify({ ...RECORD, rows }), { service: "", step: "" })
    expect(recorded).toMatchObject({ step: "scan", tool: "bandit" })
  })

  it("is taken from an older record, which says less", () => {
    const { commit, engine, inputs, ...older } = RECORD
    expect(recordedStep(JSON.stringify(older), { service: "", step: "" })).toMatchObject({
      commit: "",
      engine: "",
    })
  })

  it.each([
    ["text", "hello", "--from: this is not JSON"],
    ["half a record", TEXT.slice(0, 200), "--from: this is not JSON"],
    ["another version", JSON.stringify({ ...RECORD, version: 2 }), "no record of a run that"],
    ["no record", "[]", "no record of a run that"],
  ])("can't be in %s", (_, text, message) => {
    expect(() => recordedStep(text, { service: "", step: "" })).toThrow(message)
  })

  it("is refused with those that failed", () => {
    expect(() => recordedStep(TEXT, { service: "api", step: "smoke" })).toThrow(
      /Nothing that failed in run \S+ is --service=api --step=smoke. Failed are:\n  --service=api --step=test\n  --service=chat --step=build/,
    )
    const green = JSON.stringify({ ...RECORD, rows: [row("api", "test", "passed")] })
    expect(() => recordedStep(green, { service: "", step: "" })).toThrow("Nothing failed in run")
  })
})

describe("what differs", () => {
  const recorded = recordedStep(TEXT, { service: "", step: "" })
  const same = { engine: "v0.19.10", standIns: ["redis:7"], inputs: "sha256:1" }

  it("is nothing", () => {
    expect(describeRecorded(recorded, same).join("\n")).not.toContain("DIFFERENT")
  })

  it.each([
    ["the files", { inputs: "sha256:2" }, "DIFFERENT: its files"],
    ["the engine", { engine: "v0.19.11" }, "DIFFERENT: engine v0.19.10 there, v0.19.11 here"],
    ["a base image", { standIns: ["node:20"] }, "DIFFERENT: node:20 there, a stand-in for it here"],
  ])("is %s", (_, here, line) => {
    expect(describeRecorded(recorded, { ...same, ...here }).join("\n")).toContain(line)
  })
})
