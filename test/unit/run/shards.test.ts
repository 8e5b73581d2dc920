import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { checkRetries } from "../../../ci/src/run/retries.js"
import { formatTimes, parseSplit, parseTimes, splitFault } from "../../../ci/src/run/shards.js"

describe("splitFault", () => {
  const split = (collected: number, selected: number) => ({ collected, selected })
  it.each([
    ["everything once", [split(5, 3), split(5, 2)], /^$/],
    ["more shards than files", [split(1, 1), split(1, 0)], /^$/],
    ["a tool that was not split", [split(5, 3), undefined], /was not split.*PIPELINE_SHARD/],
    [
      "tests that differ from time to time",
      [split(5, 3), split(6, 3)],
      /not find the same tests \(5, 6/,
    ],
    ["something left out", [split(5, 3), split(5, 1)], /ran 4 of 5/],
    ["something run twice", [split(5, 3), split(5, 3)], /ran 6 of 5/],
  ])("%s", (_, splits, expected) => {
    expect(splitFault(splits, "pytest")).toMatch(expected)
  })
})

it("reads what a shard says of itself, and nothing else", () => {
  expect(parseSplit("12 5\n")).toEqual({ collected: 12, selected: 5 })
  expect(parseSplit("")).toBeUndefined()
  expect(parseSplit("12 5 1\n")).toBeUndefined()
})

it("reads back the times it wrote, with the same text for the same times", () => {
  const unit = fc.stringMatching(/^[a-z/._-][a-z/._ -]{0,20}$/).filter((name) => name.trim() !== "")
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(unit, fc.nat(1000)), { selector: ([name]) => name }),
      (entries) => {
        const times = new Map(entries)
        expect(new Map(parseTimes(formatTimes(times)))).toEqual(times)
        expect(formatTimes(new Map([...entries].reverse()))).toBe(formatTimes(times))
      },
    ),
  )
})

describe("checkRetries", () => {
  it.each([0, 1, 5])("%s", (retries) => expect(checkRetries(retries)).toBe(retries))
  it.each([-1, 6, 1.5])("not %s", (retries) => {
    expect(() => checkRetries(retries)).toThrow(/--retries must be a whole number from 0 to 5/)
  })
})
