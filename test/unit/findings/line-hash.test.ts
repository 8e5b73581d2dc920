import fc from "fast-check"
import { describe, expect, it } from "vitest"

import { lineHashes } from "../../../ci/src/findings/line-hash.js"

/* The expected hashes are those that GitHub's upload action gives for the same texts. */
const GREETING = [
  "e9496ae3ebfced30:1",
  "fb7c023a8b9ccb3f:1",
  "ce8ba1a563dcdaca:1",
  "e20e36e16fcb0cc8:1",
  "b3edc88f2938467e:1",
  "c8e28b0b4002a3a0:1",
  "c129715d7a2bc9a3:1",
]

describe("lineHashes", () => {
  it.each([
    ["nothing", "", ["c129715d7a2bc9a3:1"]],
    [
      "indented lines",
      " a\nb\n  \t\tc\n d",
      ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    ],
    ["line feeds", " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETING],
    ["carriage returns", " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETING],
    ["both", " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETING],
    ["a mixture", " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETING],
    [
      "repeated lines",
      "Lorem ipsum dolor sit amet.\n".repeat(10),
      [
        "a7f2ff13bc495cf2:1",
        "a7f2ff13bc495cf2:2",
        "a7f2ff13bc495cf2:3",
        "a7f2ff13bc495cf2:4",
        "a7f2ff13bc495cf2:5",
        "a7f2ff13bc495cf2:6",
        "a7f2ff1481e87703:1",
        "a9cf91f7bbf1862b:1",
        "55ec222b86bcae53:1",
        "cc97dc7b1d7d8f7b:1",
        "c129715d7a2bc9a3:1",
      ],
    ],
  ])("is the one of the upload action for %s", (_, text, expected) => {
    expect(lineHashes(text)).toEqual(expected)
  })

  it("has one entry for each line", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\n", " ", "\t", "\u{ff}") }), (text) => {
        expect(lineHashes(text)).toHaveLength(text.split("\n").length)
      }),
    )
  })

  it("does not depend on what stands above", () => {
    const line = "value = compute(" + "x".repeat(120) + ")"
    expect(lineHashes(`import os\n\n${line}\nend\n`)[2]).toBe(lineHashes(`${line}\nend\n`)[0])
  })
})
