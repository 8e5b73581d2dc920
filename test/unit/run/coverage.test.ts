import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { coveredPercent, mergeCoverage, parseCoverage } from "../../../ci/src/run/coverage.js"

const COBERTURA = `<?xml version="1.0" ?><coverage line-rate="0.9"><packages><package><classes>
<class name="a" filename="a.py"><methods><method><lines><line number="1" hits="3"/></lines></method></methods>
<lines><line number="1" hits="3"/><line hits="0" number="2"/></lines></class>
<class filename="b.py"><lines><line number="1" hits="0"/><line number="2" hits="1"/></lines></class>
</classes></package></packages></coverage>`
const LCOV = "TN:\nSF:src/a.js\nDA:1,5\nDA:2,0\nLF:2\nLH:1\nend_of_record\n"
const GO = "mode: set\nexample.com/w/a.go:3.10,5.2 3 1\nexample.com/w/a.go:7.1,8.2 1 0\n"

const percent = (text: string) => coveredPercent(parseCoverage(text) ?? new Map())

describe("parseCoverage", () => {
  it.each([
    ["Cobertura, each line once", COBERTURA, 50],
    ["lcov", LCOV, 50],
    ["Go, by statements", GO, 75],
    ["Go, a block that two packages report", `${GO}example.com/w/a.go:7.1,8.2 1 4\n`, 100],
  ])("%s", (_, text, expected) => {
    expect(percent(text)).toBe(expected)
  })

  it("does not take another file for one", () => {
    expect(parseCoverage("")).toBeUndefined()
    expect(parseCoverage("<html><body>coverage</body></html>")).toBeUndefined()
  })

  it("has no percentage of nothing", () => {
    expect(percent("mode: set\n")).toBeNull()
  })

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void percent(`<coverage>${text}`)))
  })
})

it("counts as covered what any shard ran", () => {
  const other = LCOV.replace("DA:1,5\nDA:2,0", "DA:1,0\nDA:2,1")
  const parts = [LCOV, other].flatMap((text) => parseCoverage(text) ?? [])
  expect(coveredPercent(mergeCoverage(parts))).toBe(100)
  expect(coveredPercent(mergeCoverage([...parts].reverse()))).toBe(100)
})
