import { describe, expect, it } from "vitest"
import type { TestReport } from "../../../ci/src/run/test-report.js"
import type { TestOutcome } from "../../../ci/src/run/test-verdict.js"
import { canPassLater, flakyWarning, testFailure } from "../../../ci/src/run/test-verdict.js"
import { counts } from "./rows.js"

const OPTIONS = { timeout: 5, memory: 512, allowNoTests: false }
const ALLOWED = { ...OPTIONS, allowNoTests: true }

function ended(exitCode: number, rest: Partial<TestOutcome> = {}): TestOutcome {
  return {
    exitCode,
    stopped: null,
    outOfMemory: false,
    place: null,
    report: undefined,
    picked: "",
    ...rest,
  }
}

function report(passed: number, failed: string[] = [], isExact = true): TestReport {
  return {
    counts: counts(passed + failed.length, passed, failed.length, 0),
    isExact,
    cases: failed.map((name) => ({ name, suite: "", status: "failed", seconds: 1, message: "" })),
  }
}

describe("testFailure", () => {
  it.each([
    ["passed", ended(0, { report: report(3) }), ""],
    ["failed", ended(1, { report: report(2, ["a"]) }), "1 of 3 tests failed: a"],
    [
      "many failed",
      ended(1, { report: report(0, ["a", "b", "c", "d", "e"]) }),
      "5 of 5 tests failed: a, b, c and 2 more",
    ],
    [
      "failed, but the command hides it",
      ended(0, { report: report(2, ["a"]) }),
      "1 of 3 tests failed: a (although the command ended with 0)",
    ],
    ["passed, and printed words of a failure", ended(0, { report: report(2, ["a"], false) }), ""],
    [
      "ran no test",
      ended(0, { report: report(0) }),
      '`t` ran no test (if that is right: "test": {"allow_no_tests": true})',
    ],
    [
      "pytest's own code for that",
      ended(5, { report: report(0) }),
      '`t` ran no test (if that is right: "test": {"allow_no_tests": true})',
    ],
    [
      "jest's words for that",
      ended(1, { report: report(0, [], false), picked: "No tests found, exiting with code 1" }),
      '`t` ran no test (if that is right: "test": {"allow_no_tests": true})',
    ],
    [
      "nothing to count",
      ended(0),
      '`t` ended with 0, but no test could be counted (if that is right: "test": {"allow_no_tests": true})',
    ],
    ["wrong arguments of pytest", ended(4, { report: report(0) }), "`t` ended with exit code 4"],
    ["command not found", ended(127), "`t` ended with exit code 127"],
    [
      "failed after the tests",
      ended(3, { report: report(2) }),
      "`t` ended with exit code 3, although no test failed",
    ],
    [
      "hung",
      ended(124, { stopped: { by: "timeout" } }),
      "took longer than 5 s (test.timeout in services.json)",
    ],
    [
      "hung where it said",
      ended(134, { stopped: { by: "timeout" }, place: "tests/test_a.py:8" }),
      "took longer than 5 s (test.timeout in services.json); stopped in tests/test_a.py:8",
    ],
    [
      "took too much memory",
      ended(137, { stopped: { by: "memory", used: 530 } }),
      "exceeded test.memory 512 MB (530 MB in use); its processes were ended",
    ],
    [
      "machine out of memory",
      ended(137, { outOfMemory: true }),
      "ran out of memory: the kernel ended a process of `t` (exit code 137)",
    ],
    ["killed", ended(137), "`t` was ended by signal 9 (SIGKILL)"],
    ["crashed", ended(139), "`t` was ended by signal 11 (SIGSEGV)"],
  ])("%s", (_, outcome, expected) => {
    expect(testFailure(outcome, "t", OPTIONS)).toBe(expected)
  })

  it.each([
    ["no test", ended(0, { report: report(0) })],
    ["pytest's own code", ended(5, { report: report(0) })],
    ["nothing to count", ended(0)],
    ["jest's words", ended(1, { report: report(0, [], false), picked: "No tests found" })],
  ])("may be allowed: %s", (_, outcome) => {
    expect(testFailure(outcome, "t", ALLOWED)).toBe("")
  })

  it.each([
    ["a failure", ended(1, { report: report(0, ["a"]) })],
    ["wrong arguments", ended(4, { report: report(0) })],
    ["a time-out", ended(124, { stopped: { by: "timeout" } })],
    ["an exit code of nobody's", ended(5)],
  ])("is not allowed by that: %s", (_, outcome) => {
    expect(testFailure(outcome, "t", ALLOWED)).not.toBe("")
  })
})

it.each([
  ["a failed test", ended(1, { report: report(0, ["a"]) }), true],
  ["a time-out", ended(124, { stopped: { by: "timeout" } }), true],
  ["no test", ended(5, { report: report(0) }), false],
  ["too much memory", ended(137, { stopped: { by: "memory", used: 530 } }), false],
])("%s may pass later: %s", (_, outcome, expected) => {
  expect(canPassLater(outcome)).toBe(expected)
})

it("says how often a flaky test failed, and which", () => {
  expect(flakyWarning(1, [])).toBe("FLAKY: failed 1 time with the same inputs")
  expect(flakyWarning(2, ["a", "b"])).toBe("FLAKY: failed 2 times with the same inputs: a, b")
})
