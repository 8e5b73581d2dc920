import { describe, expect, it } from "vitest"
import { parseRecord, withReadableRows } from "../../../ci/report/src/parse-record.js"
import { failed } from "../run/rows.js"
import { fullRecord } from "./records.js"

const text = JSON.stringify(fullRecord({ rows: [failed("api", "test")] }), null, 1)

function readableRecord(text: string) {
  return withReadableRows(parseRecord(text, "x.json"))
}

describe("parseRecord", () => {
  it("reads what was written", () => {
    expect(parseRecord(text, "x.json")).toEqual(JSON.parse(text))
  })

  it.each([
    ["", /^x\.json:1: the record is cut off/],
    [text.slice(0, 200), /^x\.json:\d+: the record is cut off.*--run/],
    ["[]", /^x\.json:1: this is no record of a run/],
    ["{}", /says no version; this report reads version 1/],
    ['{"version":2}', /version 2; this report reads version 1.*\.\/pipeline update/],
    ['{"version":0}', /version 0;.*run again: dagger call ci/],
    ['{"version":1,"id":"x"}', /"started" is missing or wrong/],
    ['{"version":1,"id":"x","started":"yesterday"}', /"started" is missing or wrong/],
  ])("refuses %j in one line", (bad, message) => {
    expect(() => parseRecord(bad, "x.json")).toThrow(message)
    expect(() => parseRecord(bad, "x.json")).toThrow(/^[^\n]*$/)
  })

  it("fills in what a record of the launcher's events doesn't have", () => {
    const { version, id, started, seconds, exitCode } = fullRecord()
    const record = readableRecord(
      JSON.stringify({
        version,
        id,
        started,
        seconds,
        exitCode,
        rows: [{ service: "a", stage: "test", status: "passed" }],
      }),
    )
    expect(record).toMatchObject({ command: "", plan: null, tests: [], findings: [] })
    expect(record.rows[0]).toMatchObject({ tail: [], shards: [], counts: null })
  })

  it("takes terminal sequences and control characters out of output", () => {
    const tail = ["\u001b[31mred\u001b[0m", "10%\r100%", "bell\u0007"]
    const record = readableRecord(
      JSON.stringify(fullRecord({ rows: [{ ...failed("a", "test"), tail }] })),
    )
    expect(record.rows[0]?.tail).toEqual(["red", "100%", "bell"])
  })
})
