import { execFileSync } from "node:child_process"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  goPackageSeconds,
  parseTestOutput,
  saysNoTests,
  TEST_LINES,
} from "../../../ci/src/run/test-output.js"
import { failedNames } from "../../../ci/src/run/test-report.js"
import type { Counts } from "../../../ci/src/run/rows.js"
import { counts } from "./rows.js"

/** What tools print, the counts in it, and the names of what failed. */
const OUTPUTS: [string, string, Counts, string[]][] = [
  [
    "node:test, TAP",
    "TAP version 13\n# Subtest: outer\n    # Subtest: inner\n    not ok 1 - inner\n      ---\n      failureType: 'testCodeFailure'\n      ...\n    1..1\nnot ok 1 - outer\n# tests 5\n# suites 1\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n",
    counts(5, 3, 1, 1),
    ["inner"],
  ],
  [
    "node:test, spec",
    "✔ a (1.2ms)\n✖ b (0.5ms)\nℹ tests 2\nℹ pass 1\nℹ fail 1\nℹ skipped 0\nℹ todo 0\n\n✖ failing tests:\n\n✖ b (0.5ms)\n",
    counts(2, 1, 1, 0),
    ["b"],
  ],
  ["node:test without a test", "# tests 0\n# pass 0\n", counts(0, 0, 0, 0), []],
  ["node:test twice", "# tests 2\n# pass 2\n# tests 3\n# pass 3\n", counts(5, 5, 0, 0), []],
  [
    "go test -v",
    "=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/sub (0.00s)\n--- SKIP: TestC (0.00s)\nno newline--- FAIL: TestB (0.00s)\nFAIL\n",
    counts(4, 2, 1, 1),
    ["TestB"],
  ],
  ["go without a test file", "?   \texample.com/x\t[no test files]\n", counts(0, 0, 0, 0), []],
  [
    "go without a test that was asked for",
    "testing: warning: no tests to run\nPASS\nok  \texample.com/x\t0.002s [no tests to run]\n",
    counts(0, 0, 0, 0),
    [],
  ],
  [
    "vitest",
    " Test Files  1 passed (1)\n      Tests  1 failed | 4 passed | 1 skipped (6)\n",
    counts(6, 4, 1, 1),
    [],
  ],
  [
    "jest",
    "Test Suites: 1 failed, 1 total\nTests:       1 failed, 2 skipped, 4 passed, 7 total\n",
    counts(7, 4, 1, 2),
    [],
  ],
  [
    "jest without a test",
    "No tests found, exiting with code 1\nRun with `--passWithNoTests` to exit with code 0\n",
    counts(0, 0, 0, 0),
    [],
  ],
  ["mocha", "\n  5 passing (12ms)\n  1 pending\n  2 failing\n", counts(8, 5, 2, 1), []],
  ["mocha without a test", "\n  0 passing (1ms)\n", counts(0, 0, 0, 0), []],
  [
    "pytest",
    "FAILED tests/test_a.py::TestX::test_b - assert 1 == 2\nERROR tests/test_a.py::test_c\n===== 1 failed, 7 passed, 1 skipped, 1 error in 0.12s =====",
    counts(10, 7, 2, 1),
    ["TestX::test_b", "test_c"],
  ],
  ["pytest -q", "12 passed, 1 warning in 1.02s", counts(12, 12, 0, 0), []],
  ["pytest without a test", "===== no tests ran in 0.01s =====", counts(0, 0, 0, 0), []],
  [
    "unittest",
    "FAIL: test_b (tests.test_a.T.test_b)\nRan 4 tests in 0.001s\n\nFAILED (failures=1, errors=1, skipped=1)\n",
    counts(4, 1, 2, 1),
    ["test_b"],
  ],
  ["unittest, passed", "Ran 1 test in 0.000s\n\nOK\n", counts(1, 1, 0, 0), []],
  ["unittest without a test", "Ran 0 tests in 0.000s\n\nOK\n", counts(0, 0, 0, 0), []],
  ["two tools", "3 passed in 0.1s\n# tests 2\n# pass 2\n", counts(5, 5, 0, 0), []],
]

describe("parseTestOutput", () => {
  it.each(OUTPUTS)("%s", (_, output, expected, failed) => {
    const report = parseTestOutput(output)
    expect(report?.counts).toEqual(expected)
    expect(report && failedNames(report)).toEqual(failed)
  })

  it.each(OUTPUTS)("%s: from the lines that leave the step", (_, output, expected, failed) => {
    const report = parseTestOutput(pick(output))
    expect(report?.counts).toEqual(expected)
    expect(report && failedNames(report)).toEqual(failed)
  })

  it.each([
    ["nothing", ""],
    ["other words", "hello\nall good\n3 files passed\n"],
  ])("does not guess: %s", (_, output) => {
    expect(parseTestOutput(output)).toBeUndefined()
  })

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseTestOutput(text)))
  })
})

it("knows the words of tools that find nothing to run", () => {
  expect(saysNoTests("\nNo test files found, exiting with code 1\n")).toBe(true)
  expect(saysNoTests("Error: No test files found: tests\n")).toBe(true)
  expect(saysNoTests("no tests ran in 0.01s")).toBe(false)
})

it("reads the seconds of Go's packages", () => {
  const output =
    "ok  \texample.com/a\t0.012s\tcoverage: 85.0% of statements\nFAIL\texample.com/b\t1.500s\nok  \texample.com/c\t(cached)\n?   \texample.com/d\t[no test files]\n"
  expect([...goPackageSeconds(output)]).toEqual([
    ["example.com/a", 0.012],
    ["example.com/b", 1.5],
  ])
})

/** As the script of a step does it. */
function pick(output: string): string {
  return execFileSync("grep", ["-aE", TEST_LINES], { input: output, encoding: "utf8" })
}
