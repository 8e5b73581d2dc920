import { describe, expect, it } from "vitest"
import { readPlanFlags } from "../../../engine/planner/flags.js"

describe("the flags of plan --local", () => {
  it("are read as dagger reads them", () => {
    const words = ["--base", "main", "--service=a,b", "--service", "c", "--all", "--base=v1=x"]
    expect(readPlanFlags(words)).toEqual({
      values: { base: "v1=x", service: "c", all: "true" },
      service: ["a", "b", "c"],
      all: true,
      strictBase: false,
    })
    expect(readPlanFlags(["--strict-base=false", "--all=true"])).toMatchObject({
      all: true,
      strictBase: false,
    })
  })

  it.each([
    [["--bse=main"], "has no `--bse=main`"],
    [["terminal"], "has no `terminal`"],
    [["--base"], "`--base` needs a value"],
    [["--all=yes"], "neither true nor false"],
  ])("%j is refused", (words, message) => {
    expect(() => readPlanFlags(words)).toThrow(message)
  })
})
