import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { lex } from "../../../ci/src/dockerfile/lex.js"

const values = new Map([
  ["X", "abcabc"],
  ["EMPTY", ""],
  ["V", "3.11.4"],
])
const lookup = (name: string) => values.get(name)

describe("lex", () => {
  it.each([
    ["$X", "abcabc"],
    ["${X}", "abcabc"],
    ["a$X.b", "aabcabc.b"],
    ["${NONE:-d}", "d"],
    ["${EMPTY:-d}", "d"],
    ["${EMPTY-d}", ""],
    ["${X:+yes}", "yes"],
    ["${EMPTY:+yes}", ""],
    ["${EMPTY+yes}", "yes"],
    ["${NONE:-${X}}", "abcabc"],
    ["${NONE}", ""],
    ["${V%.*}", "3.11"],
    ["${V%%.*}", "3"],
    ["${X#a}", "bcabc"],
    ["${X##*b}", "c"],
    ["${X/b/-}", "a-cabc"],
    ["${X//b/-}", "a-ca-c"],
    ["'$X'", "$X"],
    ['"$X y"', "abcabc y"],
    ["\\$X", "$X"],
    ["$", "$"],
    ["$(date)", "$(date)"],
  ])("%s is %s", (text, value) => {
    expect(lex(text, { escape: "\\", lookup })).toMatchObject({ value })
  })

  it("uses the file's escape character", () => {
    expect(lex("`$X", { escape: "`", lookup }).value).toBe("$X")
    expect(lex("c:\\$X", { escape: "`", lookup }).value).toBe("c:\\abcabc")
  })

  it("names what is not set", () => {
    expect(lex("$A-${B:-x}-$X", { escape: "\\", lookup }).unknown).toEqual(["A", "B"])
  })

  it("splits at spaces that are not quoted", () => {
    expect(lex("a 'b c' \"d e\" f\\ g", { escape: "\\", lookup }).words).toEqual([
      "a",
      "b c",
      "d e",
      "f g",
    ])
  })

  it.each(["${", "${X", "${}", "${:x}", "'a", '"a', "${X^}", "${NONE:?must be given}"])(
    "says what is wrong with %s",
    (text) => {
      const { problem, value } = lex(text, { escape: "\\", lookup })
      expect(problem).toBeTypeOf("string")
      expect(value).toBe(text)
    },
  )

  it("never throws", () => {
    const unit = fc.constantFrom(..."$ { } X : - + ? # % / \\ ` ' \" a * .".split(" "), " ")
    const text = fc.string({ unit })
    fc.assert(fc.property(text, (any) => void lex(any, { escape: "\\", lookup })))
    fc.assert(
      fc.property(text, (any) => void lex(any, { escape: "`", raw: true, keepUnset: true })),
    )
  })
})
