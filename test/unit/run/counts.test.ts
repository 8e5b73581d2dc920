import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseJUnit, parseOutput } from "../../../ci/src/run/counts.js"

const counts = (total: number, passed: number, failed: number, skipped: number) => ({
  total,
  passed,
  failed,
  skipped,
})

describe("parseJUnit", () => {
  it("counts the cases of pytest's file, not its sums", () => {
    const xml = `<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="3">
      <testcase classname="tests.test_a" name="test_ok" time="0.001" />
      <testcase classname="tests.test_a" name="test_&lt;odd&gt; &quot;name&quot;" time="0.1"><failure message="a &gt; b">trace</failure></testcase>
      <testcase classname="tests.test_a" name="test_later"><skipped type="pytest.skip" message="not now"/></testcase>
    </testsuite></testsuites>`
    expect(parseJUnit(xml)).toEqual({ counts: counts(3, 1, 1, 1), failures: ['test_<odd> "name"'] })
  })

  it("counts an error in a test's set-up as a failure", () => {
    const xml = `<testsuite><testcase name="test_a"><error message="no database"/></testcase></testsuite>`
    expect(parseJUnit(xml)?.counts).toEqual(counts(1, 0, 1, 0))
  })

  it("knows an empty run from no report", () => {
    expect(
      parseJUnit(`<testsuites><testsuite name="pytest" tests="0"/></testsuites>`)?.counts.total,
    ).toBe(0)
    expect(parseJUnit("")).toBeUndefined()
    expect(parseJUnit("<html/>")).toBeUndefined()
  })

  it("keeps a test whose attributes hold a bracket", () => {
    const xml = `<testsuite><testcase name="a > b" classname="x"/><testcase name="c"/></testsuite>`
    expect(parseJUnit(xml)?.counts.total).toBe(2)
  })

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseJUnit(`<testsuite>${text}`)))
  })
})

describe("parseOutput", () => {
  it.each([
    [
      "node:test, TAP",
      "# tests 5\n# suites 1\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n",
      counts(5, 3, 1, 1),
    ],
    [
      "node:test, spec",
      "ℹ tests 2\nℹ pass 2\nℹ fail 0\nℹ skipped 0\nℹ todo 0\n",
      counts(2, 2, 0, 0),
    ],
    ["node:test without a test", "# tests 0\n# pass 0\n", counts(0, 0, 0, 0)],
    [
      "go test -v",
      "=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/sub (0.00s)\n--- SKIP: TestC (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL\n",
      counts(4, 2, 1, 1),
    ],
    ["go without a test file", "?   \texample.com/x\t[no test files]\n", counts(0, 0, 0, 0)],
    [
      "vitest",
      " Test Files  1 passed (1)\n      Tests  1 failed | 4 passed | 1 skipped (6)\n",
      counts(6, 4, 1, 1),
    ],
    ["pytest", "===== 2 failed, 7 passed, 1 skipped in 0.12s =====", counts(10, 7, 2, 1)],
    ["pytest -q", "12 passed in 1.02s", counts(12, 12, 0, 0)],
    ["pytest without a test", "===== no tests ran in 0.01s =====", counts(0, 0, 0, 0)],
  ])("%s", (_, output, expected) => {
    expect(parseOutput(output)).toEqual(expected)
  })

  it("does not guess", () => {
    expect(parseOutput("hello\nall good\n")).toBeUndefined()
  })
})
