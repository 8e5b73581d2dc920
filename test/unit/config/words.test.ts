import { describe, expect, it } from "vitest"

import { closest, fillTemplate } from "../../../ci/src/config/index.js"
import { placeholders } from "../../../ci/src/config/template.js"
import { parseMemory } from "../../../ci/src/config/units.js"

describe("closest", () => {
  const keys = [
    "name",
    "path",
    "language",
    "language_version",
    "depends_on",
    "test_command",
    "test",
  ]

  it.each([
    ["languge", "language"],
    ["dependsOn", "depends_on"],
    ["depend-on", "depends_on"],
    ["testCommand", "test_command"],
    ["tets", "test"],
    ["nmae", "name"],
    ["colour", undefined],
    ["x", undefined],
    ["", undefined],
  ])("for %j is %j", (word, meant) => {
    expect(closest(word, keys)).toBe(meant)
  })
})

describe("fillTemplate", () => {
  it.each([
    ["redis://{host}:{port}/0", "redis://db:6379/0"],
    ["{unknown} stays", "{unknown} stays"],
    ["${host} is a shell's", "${host} is a shell's"],
    ['{"host": 1}', '{"host": 1}'],
    ["{constructor}", "{constructor}"],
  ])("of %j is %j", (template, text) => {
    expect(fillTemplate(template, { host: "db", port: "6379" })).toBe(text)
  })

  it("uses values as they are", () => {
    expect(fillTemplate("{a}{b}", { a: "{b}$&", b: "$1" })).toBe("{b}$&$1")
  })

  it("has names that can be listed", () => {
    expect(placeholders("{host}:{port} ${x} {Y}")).toEqual(["host", "port"])
  })
})

describe("parseMemory", () => {
  it.each([
    ["512m", 512],
    ["2g", 2048],
    ["1.5G", 1536],
    ["64 MiB", 64],
    ["0.5m", 1],
    ["0m", undefined],
    ["512", undefined],
    ["-1g", undefined],
    ["12k", undefined],
    ["", undefined],
    [`${"9".repeat(30)}g`, undefined],
  ])("of %j is %j MiB", (text, mebibytes) => {
    expect(parseMemory(text)).toBe(mebibytes)
  })
})
