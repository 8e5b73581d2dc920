import type { TestOptions } from "../config/index.js"
import type { Counts } from "./rows.js"
import type { TestReport } from "./test-report.js"
import { failedNames } from "./test-report.js"
import { saysNoTests } from "./test-output.js"
import type { Stop } from "./verdict.js"

/** What a service allows its tests. */
export type TestRules = Pick<TestOptions, "timeout" | "memory" | "allowNoTests">

/** How a test command ended. */
export interface TestOutcome {
  exitCode: number
  stopped: Stop | null
  outOfMemory: boolean
  /** Where the service's code was when it was stopped, such as "tests/test_a.py:8"; null when not known. */
  place: string | null
  /** Undefined: no test could be counted. */
  report: TestReport | undefined
  /** The lines of output that tell tests. */
  picked: string
}

/** Exit code of pytest and unittest when they found no test. */
const NO_TESTS_EXIT_CODE = 5
const NAMED_FAILURES = 3
const SIGNALS: Record<number, string> = {
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  15: "SIGTERM",
}

/**
 * Why tests failed, in one line.
 *
 * A command that ends with 0 passes only when a test is known to have run: a
 * command of which that can't be said is not a test, unless the service allows it.
 *
 * @returns empty when they passed
 */
export function testFailure(
  outcome: TestOutcome,
  command: string,
  { timeout, memory, allowNoTests }: TestRules,
): string {
  const { exitCode, stopped, report } = outcome
  if (stopped?.by === "timeout")
    return `took longer than ${timeout} s (test.timeout in services.json)${outcome.place ? `; stopped in ${outcome.place}` : ""}`
  if (stopped?.by === "memory")
    return `exceeded test.memory ${memory} MB (${stopped.used} MB in use); its processes were ended`
  if (report && report.counts.failed > 0 && (exitCode !== 0 || report.isExact))
    return failedTests(report, exitCode)
  if (outcome.outOfMemory)
    return `ran out of memory: the kernel ended a process of \`${command}\` (exit code ${exitCode})`
  if (foundNoTest(outcome)) return allowNoTests ? "" : noTest(command, report)
  if (exitCode === 0) return ""
  return `\`${command}\` ${ending(exitCode, report?.counts)}`
}

/** Whether the same tests may end otherwise when they are tried again. */
export function canPassLater(outcome: TestOutcome): boolean {
  return outcome.stopped?.by !== "memory" && !foundNoTest(outcome)
}

function foundNoTest({ exitCode, report, picked }: TestOutcome): boolean {
  if (report && report.counts.total > 0) return false
  return (
    exitCode === 0 ||
    (report !== undefined && exitCode === NO_TESTS_EXIT_CODE) ||
    saysNoTests(picked)
  )
}

function noTest(command: string, report: TestReport | undefined): string {
  const found = report
    ? `\`${command}\` ran no test`
    : `\`${command}\` ended with 0, but no test could be counted`
  return `${found} (if that is right: "test": {"allow_no_tests": true})`
}

function failedTests(report: TestReport, exitCode: number): string {
  const { failed, total } = report.counts
  const names = failedNames(report)
  const shown = names.slice(0, NAMED_FAILURES).join(", ")
  const more = names.length > NAMED_FAILURES ? ` and ${names.length - NAMED_FAILURES} more` : ""
  const although = exitCode === 0 ? " (although the command ended with 0)" : ""
  return `${failed} of ${total} tests failed${shown ? `: ${shown}${more}` : ""}${although}`
}

function ending(exitCode: number, counts: Counts | undefined): string {
  const signal = exitCode > 128 ? exitCode - 128 : 0
  const how =
    signal > 0
      ? `was ended by signal ${signal}${SIGNALS[signal] ? ` (${SIGNALS[signal]})` : ""}`
      : `ended with exit code ${exitCode}`
  const passed = counts && counts.total > 0 && counts.failed === 0
  return passed ? `${how}, although no test failed` : how
}

/**
 * What a passed result that failed before has to say.
 *
 * @param times how often it failed
 * @param names of tests that failed; empty when not known
 */
export function flakyWarning(times: number, names: string[]): string {
  const which = names.length > 0 ? `: ${names.slice(0, NAMED_FAILURES).join(", ")}` : ""
  return `FLAKY: failed ${times} ${times === 1 ? "time" : "times"} with the same inputs${which}`
}
