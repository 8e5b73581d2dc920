import { describe, expect, it } from "vitest"
import { mergeRecords } from "../../../ci/src/run/merge-records.js"
import type { RecordedUnit } from "../../../ci/src/run/record.js"
import { fullRecord } from "../report/records.js"
import { failed, passed } from "./rows.js"

const COMMIT = "a".repeat(40)
const unit = (name: string): RecordedUnit => ({
  ...{ name, kind: "service", path: `services/${name}`, dependsOn: [] },
})
const units = ["api", "chat", "web"].map(unit)

function shard(id: string, names: string[], rest: object = {}) {
  return fullRecord({
    ...{ id, commit: COMMIT, units, rows: names.map((name) => passed(name, "test")) },
    ...rest,
  })
}

const ID = { id: "20260101T090000-join", expected: [] }

describe("the joined run", () => {
  it("has every row, and lasts from the first start to the last end", () => {
    const joined = mergeRecords(
      [
        shard("2", ["chat"], { started: "2026-01-01T08:01:00.000Z", seconds: 30 }),
        shard("1", ["api"], { started: "2026-01-01T08:00:00.000Z", seconds: 50 }),
      ],
      ID,
    )
    expect(joined).toMatchObject({
      ...{ id: ID.id, started: "2026-01-01T08:00:00.000Z", seconds: 90, exitCode: 0 },
      ...{ commit: COMMIT, unchanged: [], notSelected: ["web"], incomplete: "" },
      selection: ["Joined 2 shards: 2 services"],
    })
    expect(joined.rows.map(({ service }) => service)).toEqual(["api", "chat"])
  })

  it("knows to be unchanged what a shard found to be so", () => {
    const compared = shard("1", ["api"], { unchanged: ["web"], notSelected: ["chat"] })
    expect(mergeRecords([compared, shard("2", ["chat"])], ID)).toMatchObject({
      ...{ unchanged: ["web"], notSelected: [] },
    })
  })

  it("has failed when one of them has", () => {
    const bad = shard("2", [], { rows: [failed("chat", "test")], exitCode: 1 })
    expect(mergeRecords([shard("1", ["api"]), bad], ID)).toMatchObject({ exitCode: 1 })
  })

  it("could not know when a service that was named has no record", () => {
    const joined = mergeRecords([shard("1", ["api"])], { ...ID, expected: ["api", "chat"] })
    expect(joined).toMatchObject({ exitCode: 3, incomplete: "no record came of chat" })
    expect(joined.rows.at(-1)).toMatchObject({ service: "chat", status: "error" })
  })

  it("could not know when no record came at all", () => {
    expect(mergeRecords([], { ...ID, expected: ["api"] })).toMatchObject({ exitCode: 3 })
  })

  it("takes over a shard's exit code that no row explains", () => {
    expect(mergeRecords([shard("1", ["api"], { exitCode: 3 })], ID)).toMatchObject({ exitCode: 3 })
  })

  it("has what concerns the whole repository once", () => {
    const findings = [{ id: "same" }]
    const joined = mergeRecords(
      [shard("1", ["api"], { findings }), shard("2", ["chat"], { findings: [{ id: "same" }] })],
      ID,
    )
    expect(joined.findings).toHaveLength(1)
  })

  it("has a plan in which the shards' own selections are one", () => {
    const plan = (own: string, other: string) => ({
      services: [{ name: own, reasons: [{ kind: "requested" }] }],
      skipped: [
        { name: other, why: "not requested" },
        { name: "web", why: "not requested" },
      ],
      warnings: [],
    })
    const joined = mergeRecords(
      [
        shard("1", ["chat"], { plan: plan("chat", "api") }),
        shard("2", ["api"], { plan: plan("api", "chat") }),
      ],
      ID,
    )
    expect(joined.plan).toMatchObject({
      services: [{ name: "api" }, { name: "chat" }],
      skipped: [{ name: "web" }],
    })
  })
})

describe("records that don't belong together", () => {
  it("are refused: different commits", () => {
    const records = [shard("1", ["api"]), shard("2", ["chat"], { commit: "b".repeat(40) })]
    expect(() => mergeRecords(records, ID)).toThrow(/different commits: a{40}, b{40}/)
  })

  it("are refused: one service twice", () => {
    const records = [shard("1", ["api"]), shard("2", ["api"])]
    expect(() => mergeRecords(records, ID)).toThrow("api is in two of the records, 1 and 2")
  })

  it("are refused: none", () => {
    expect(() => mergeRecords([], ID)).toThrow("There is no record to join")
  })
})
