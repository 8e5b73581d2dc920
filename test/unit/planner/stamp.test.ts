import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { stampedFolder, writeStamp } from "../../../engine/planner/stamp.cjs"

let home: string
let stamp: string
let checkout: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "pipeline-stamp-"))
  stamp = join(home, "planner.json")
  checkout = join(home, "checkout")
  mkdirSync(join(checkout, "src/inner"), { recursive: true })
  writeFileSync(join(checkout, "src/inner/a.ts"), "one")
  writeFileSync(join(checkout, "lock.json"), "{}")
  writeStamp(stamp, checkout, { folder: home, sources: ["src/inner/a.ts", "lock.json"] })
})
afterEach(() => rmSync(home, { recursive: true }))

it("knows the planner of sources that are the same", () => {
  expect(stampedFolder(stamp, checkout)).toBe(home)
})

it.each<[what: string, change: () => void]>([
  ["an edit", () => writeFileSync(join(checkout, "src/inner/a.ts"), "two")],
  ["a file that is gone", () => rmSync(join(checkout, "lock.json"))],
  ["a stamp that is cut off", () => writeFileSync(stamp, '{"node"')],
])("does not know it after %s", (_, change) => {
  change()
  expect(stampedFolder(stamp, checkout)).toBeUndefined()
})

it("belongs to one checkout", () => {
  expect(stampedFolder(stamp, home)).toBeUndefined()
})
