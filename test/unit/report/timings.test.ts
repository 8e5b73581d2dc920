import { expect, it } from "vitest"
import { readTimings } from "../../../ci/src/report/timings.js"

it("reads seconds by service", () => {
  expect([...readTimings('{"api": 12.5, "web": 0}')]).toEqual([
    ["api", 12.5],
    ["web", 0],
  ])
})

it.each(["", "[]", "null", "12", '{"api": "fast"}', '{"api": -1}'])("refuses %s", (text) => {
  expect(() => readTimings(text)).toThrow(/--timings: /)
})
