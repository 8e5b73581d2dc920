import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { createRecord } from "../../bench/report/create.mjs"
import { createWorkplace } from "./renderer.js"

const older = createRecord({ services: 4, tests: 40, number: 1, failures: 0 })
const newest = createRecord({ services: 4, tests: 40, number: 2, failures: 1 })

let place = createWorkplace()
beforeEach(() => (place = createWorkplace()))
afterEach(() => place.delete())

describe("report.mjs", () => {
  it("writes everything about the newest run", () => {
    place.write(older.id, older)
    place.write(newest.id, newest)
    writeFileSync(join(place.records, `${newest.id}.sarif`), "{}")
    expect(place.report("--out", place.out)).toEqual({ exitCode: 0, stdout: "", stderr: "" })
    expect(readdirSync(place.out).sort()).toEqual([
      "findings.sarif",
      "junit",
      "report.html",
      "run.json",
      "summary.md",
    ])
    const read = (name: string) => readFileSync(join(place.out, name), "utf8")
    expect(JSON.parse(read("run.json"))).toEqual(newest)
    expect(read("summary.md")).toMatch(/^## ❌ FAILED/)
    expect(readdirSync(join(place.out, "junit"))).toHaveLength(4)
    expect(read("report.html")).not.toMatch(/(?:src|href)="?https?:/)
  })

  it("reports another run when it is named", () => {
    place.write(older.id, older)
    place.write(newest.id, newest)
    expect(place.report("--out", place.out, "--run", older.id).exitCode).toBe(0)
    expect(readFileSync(join(place.out, "summary.md"), "utf8")).toMatch(/^## ✅ PASSED/)
  })

  it("leaves a broken older record out, and says so", () => {
    place.write(older.id, JSON.stringify(older).slice(0, 1000))
    place.write(newest.id, newest)
    const { exitCode, stderr } = place.report("--out", place.out)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining("left out:"),
    })
    expect(readFileSync(join(place.out, "report.html"), "utf8")).toContain(
      "left out of estimates and trend",
    )
  })

  it("shows 100 MB of output, bytes that are no UTF-8, and what could end a script, cut and as text", () => {
    const record = structuredClone(newest)
    const row = record.rows.find(({ status }) => status === "failed")
    row?.tail.push(`\u001b[31m</script>BYTES${"x\u0007".repeat(15_000_000)}`)
    const [before = "", after = ""] = JSON.stringify(record).split("BYTES")
    const bytes = [Buffer.from(before), Buffer.from([0xff, 0xfe]), Buffer.from(after)]
    writeFileSync(join(place.records, `${record.id}.json`), Buffer.concat(bytes))
    expect(place.report("--out", place.out)).toMatchObject({ exitCode: 0 })
    const page = readFileSync(join(place.out, "report.html"), "utf8")
    expect(page).toContain("\\u003c/script>\ufffd\ufffdxxx")
    expect(page.match(/<\/script>/g)).toHaveLength(2)
    expect(page.length).toBeLessThan(1_000_000)
    expect(readFileSync(join(place.out, "summary.md"), "utf8").length).toBeLessThan(10_000)
  })

  it.each([
    ["no JSON", "deployments: many", /history\.txt can't be read as JSON/],
    ["something else", '{"records": []}', /history\.txt is no history of deployments; give what/],
    [
      "a history with a time that is none",
      JSON.stringify({
        ...{ version: 1, environment: "staging", figures: { deployments: 1 } },
        records: [
          {
            ...{ service: "a", digest: "d", tag: "t", strategy: "rolling", verdict: "passed" },
            ...{ reason: "", by: "", started: "today", ended: "today" },
          },
        ],
      }),
      /history\.txt: records\[0\]\.started is no time: "today"/,
    ],
  ])("refuses as history: %s", (_, text, message) => {
    place.write("20260101T000000-aaaa", createRecord({ services: 1, tests: 1 }))
    const history = place.file("history", text)
    const { exitCode, stderr } = place.report("--out", place.out, "--deployments", history)
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(2)
  })

  it("lists the runs, the newest first, for people and for programs", () => {
    place.write(older.id, older)
    place.write(newest.id, newest)
    place.write("20991231T000000-zzzz", "{")
    const lines = place.report("--list").stdout.trimEnd().split("\n")
    expect(lines).toEqual([
      expect.stringMatching(/^ID +STARTED \(UTC\) +COMMAND +RESULT +SECONDS$/),
      expect.stringMatching(/^20991231T000000-zzzz +UNREADABLE .*cut off/),
      expect.stringMatching(new RegExp(`^${newest.id} .* ci --changed +FAILED +[0-9.]+$`)),
      expect.stringMatching(new RegExp(`^${older.id} .* ci --changed +PASSED +[0-9.]+$`)),
    ])
    expect(JSON.parse(place.report("--list", "--format=json").stdout)).toMatchObject([
      { id: "20991231T000000-zzzz", problem: expect.stringContaining("cut off") },
      { id: newest.id, result: "FAILED", exitCode: 1 },
      { id: older.id, result: "PASSED", exitCode: 0 },
    ])
  })

  it.each<[string, Record<string, unknown>, string[], RegExp]>([
    ["no record", {}, [], /no run is recorded here.*dagger call ci/],
    ["an unknown run", { a: older, b: newest }, ["--run", "c"], /no record of a run "c".*b, a$/m],
    ["a path for a run", { a: older }, ["--run", "../a"], /no record of a run "\.\.\/a"/],
    ["a truncated record", { a: '{"version":1,' }, [], /a\.json:1: the record is cut off/],
    [
      "another version",
      { a: { ...older, version: 7 } },
      [],
      /version 7; this report reads version 1/,
    ],
    ["an unknown flag", { a: older }, ["--what"], /usage: report\.mjs/],
  ])("ends with 2 and one line for %s", (_, records, args, line) => {
    for (const [id, record] of Object.entries(records)) place.write(id, record)
    const { exitCode, stderr } = place.report("--out", place.out, ...args)
    expect(exitCode).toBe(2)
    expect(stderr.trimEnd()).toMatch(line)
    expect(stderr.trimEnd()).not.toContain("\n")
  })
})
