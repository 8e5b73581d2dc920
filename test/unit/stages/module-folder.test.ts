import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { isProgram, moduleDigest, moduleText } from "../../../ci/src/stages/module-folder.js"

describe("the module's own files", () => {
  it("are read where the module runs", async () => {
    const text = readFileSync(new URL("../../../ci/scanners/run.py", import.meta.url), "utf8")
    expect(await moduleText("scanners/run.py")).toBe(text)
  })

  it("have a digest of names and contents, the same each time", async () => {
    const rules = await moduleDigest(["rules"])
    expect(await moduleDigest(["rules"])).toBe(rules)
    expect(await moduleDigest(["scanners"])).not.toBe(rules)
    expect(await moduleDigest(["rules", "scanners"])).not.toBe(rules)
  })

  it.each([
    ["gather.mjs", true],
    ["gather/answer.mjs", true],
    ["planner.ts", false],
    ["run.py", false],
  ])("%s is a program for Node: %s", (file, expected) => {
    expect(isProgram(file)).toBe(expected)
  })
})
