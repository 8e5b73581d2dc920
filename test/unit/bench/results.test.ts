import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { lastResults } from "../../../bench/lib/results.mjs"

let folder = ""
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "results-"))))
afterEach(() => rmSync(folder, { recursive: true }))

function keep(moment: string, names: string[]): void {
  const benches = names.map((name) => ({ name, series: [{ name: moment, samples: [1] }] }))
  writeFileSync(join(folder, `${moment}.json`), JSON.stringify({ version: 1, benches }))
}

it("gives each bench its newest result", () => {
  keep("20260101T0000-a", ["hop", "load"])
  keep("20260401T0000-b", ["hop"])
  const found = lastResults(["hop", "load", "changes"], folder)
  expect(found?.benches.map(({ name, series }) => [name, series[0]?.name])).toEqual([
    ["hop", "20260401T0000-b"],
    ["load", "20260101T0000-a"],
  ])
})

it("gives nothing where nothing was measured", () => {
  expect(lastResults(["hop"], folder)).toBeUndefined()
  expect(lastResults(["hop"], join(folder, "missing"))).toBeUndefined()
})
