import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { balance } from "../../../ci/src/changes/balance.js"

const selected = (...names: string[]) => names.map((name) => ({ name, reasons: [] }))
const names = (parts: { names: string[] }[]) => parts.map((part) => part.names)

describe("services are dealt out", () => {
  it("the longest first, each to the job that has least to do", () => {
    const times = new Map(Object.entries({ a: 10, b: 9, c: 8, d: 7, e: 6 }))
    const parts = balance(selected("a", "b", "c", "d", "e"), times, 2)
    expect(parts).toEqual([
      { names: ["a", "d", "e"], seconds: 23 },
      { names: ["b", "c"], seconds: 17 },
    ])
  })

  it("evenly when nothing is known", () => {
    expect(names(balance(selected("a", "b", "c", "d"), new Map(), 2))).toEqual([
      ["a", "c"],
      ["b", "d"],
    ])
  })

  it("with the middle of the others for who was never measured", () => {
    const times = new Map(Object.entries({ a: 100, b: 10, c: 10 }))
    const parts = balance(selected("a", "b", "c", "new"), times, 2)
    expect(names(parts)).toEqual([["a"], ["b", "c", "new"]])
  })

  it("to no more jobs than there are services", () => {
    expect(names(balance(selected("a"), new Map(), 8))).toEqual([["a"]])
    expect(balance([], new Map(), 8)).toEqual([])
  })

  it("each once, and no job takes longer than all but the longest service divided evenly", () => {
    const times = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 3 }),
      fc.integer({ min: 0, max: 1000 }),
    )
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 6 }), (seconds, count) => {
        const all = Object.keys(seconds)
        const parts = balance(selected(...all), new Map(Object.entries(seconds)), count)
        expect(parts.flatMap((part) => part.names).sort()).toEqual([...all].sort())
        const total = Object.values(seconds).reduce((sum, one) => sum + one, 0)
        const longest = Math.max(0, ...Object.values(seconds))
        for (const part of parts)
          expect(part.seconds).toBeLessThanOrEqual(total / parts.length + longest)
      }),
    )
  })
})
