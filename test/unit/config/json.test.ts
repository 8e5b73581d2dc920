import fc from "fast-check"
import { describe, expect, it } from "vitest"

import { parseFaultlessJson, parseJson } from "../../../ci/src/config/json.js"

function messageOf(text: string): string {
  return parseJson(text)
    .problems.map(({ offset, message }) => `${offset} ${message}`)
    .join("\n")
}

// A busy machine is slow, not wrong.
describe("parseJson", { timeout: 120_000 }, () => {
  it.each([
    ["", "0 expected a value, but found the end of the file"],
    ["{", "1 expected a key in double quotes, but found the end of the file"],
    ["[1,]", '2 a comma before "]", which JSON does not allow'],
    ['{"a": 1,}', '7 a comma before "}", which JSON does not allow'],
    ['{"a": 1 "b": 2}', '8 expected "," or "}", but found "\\""'],
    ['{"a" 1}', '5 expected ":" after the key, but found "1"'],
    ["{a: 1}", '1 expected a key in double quotes, but found "a"'],
    ["[01]", '1 expected a value, but found "01"'],
    ["[+1]", '1 expected a value, but found "+1"'],
    ["[1.]", '1 expected a value, but found "1."'],
    ["[NaN]", '1 expected a value, but found "NaN"'],
    ['["a\nb"]', "3 expected the closing quote of the text, but found the end of the line"],
    ['["a', "3 expected the closing quote of the text, but found the end of the file"],
    ['["a\\x"]', "3 unknown escape \\x"],
    ["[] []", '3 expected the end of the file, but found "["'],
    ['{"a": 1, "a": 2}', '9 the key "a" is there twice in the same object'],
  ])("says what is wrong with %j", (text, message) => {
    expect(messageOf(text)).toBe(message)
  })

  it.each([
    ["// services\n[]", "JSON has no comments: remove it"],
    ["[ # services\n]", "JSON has no comments: remove it"],
    ["{'name': 1}", "put text and keys in plain double quotes"],
    ["[“api”]", "put text and keys in plain double quotes"],
    ["[True]", "write true"],
    ["[None]", "write null"],
    ["<<<<<<< HEAD\n[]", "resolve the merge conflict"],
  ])("knows the habit behind %j", (text, suggestion) => {
    expect(parseJson(text).problems[0]?.suggestion).toBe(suggestion)
  })

  it("refuses endless nesting instead of running out of stack", () => {
    const text = "[".repeat(200_000)
    expect(messageOf(text)).toContain("at most 100 levels of nesting")
    expect(parseFaultlessJson(text)).toBeUndefined()
  })

  it("reads every JSON value as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent)
        expect(parseJson(text)).toMatchObject({ problems: [] })
        expect(parseJson(text).value).toEqual(JSON.parse(text))
        expect(parseFaultlessJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it("accepts exactly what JSON.parse accepts", () => {
    const piece = fc.constantFrom(...'[]{},:"\\ \n0123.-+eEtruefalsn/u', '"a"', "true", "null")
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join("")),
        ),
        (text) => {
          const { problems } = parseJson(text)
          const isSyntaxRight = problems.every(({ message }) => message.includes("is there twice"))
          expect(isSyntaxRight).toBe(isJson(text))
          expect(parseFaultlessJson(text) !== undefined).toBe(problems.length === 0)
        },
      ),
      { numRuns: 500 },
    )
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
