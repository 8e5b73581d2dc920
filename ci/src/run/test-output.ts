import type { Counts } from "./rows.js"
import type { TestCase, TestReport } from "./test-report.js"
import { addCounts, countCases, NO_COUNTS } from "./test-report.js"

/**
 * Extended regular expression of the lines that tell tests: the only ones that
 * leave the step, so that a command may print as much as it likes.
 */
export const TEST_LINES = [
  "^(#|ℹ) (tests|pass|fail|cancelled|skipped|todo) [0-9]+$",
  "^ *not ok [0-9]+",
  "^ *✖ ",
  "--- (PASS|FAIL|SKIP): [^ ]+ \\([0-9.]+s\\)$",
  "^(ok|FAIL|\\?) *\t",
  "^ *Tests:? +[0-9]",
  "^=* ?([0-9]+ [a-z]+,? ?)+ in [0-9.]+s",
  "no tests ran",
  "^(FAILED|ERROR) [^ ]+",
  "^Ran [0-9]+ tests? in ",
  "^(OK|FAILED)( \\(.*\\))?$",
  "^(FAIL|ERROR): ",
  "^ *[0-9]+ (passing|failing|pending)",
  "No tests found|No test files found",
].join("|")

/**
 * Reads the counts out of what test tools printed: node:test (TAP or spec),
 * `go test -v`, vitest, jest, mocha, pytest, unittest. Several tools, or one
 * several times, add up.
 *
 * @param output lines of output, without colours
 * @returns undefined when no line is of any of them
 */
export function parseTestOutput(output: string): TestReport | undefined {
  const lines = output.split("\n")
  const go = goCases(lines)
  const sums = [
    ...(go ? [countCases(go)] : []),
    ...[nodeCounts, vitestCounts, jestCounts, mochaCounts, pytestCounts, unittestCounts].flatMap(
      (read) => read(lines),
    ),
  ]
  if (sums.length === 0)
    return saysNoTests(output) ? { counts: NO_COUNTS, cases: [], isExact: false } : undefined
  return {
    counts: sums.reduce(addCounts),
    cases: [...(go ?? []), ...tapFailures(lines), ...namedFailures(lines)],
    isExact: false,
  }
}

/** Whether a tool says in its own words that it found nothing to run. */
export function saysNoTests(output: string): boolean {
  return /^\s*(?:Error: )?(?:No tests found|No test files found)/m.test(output)
}

/** `ok example.com/world 0.012s`: the seconds that each Go package's tests took. */
export function goPackageSeconds(output: string): Map<string, number> {
  const found = output.matchAll(/^(?:ok|FAIL) *\t(\S+)\t([\d.]+)s/gm)
  return new Map([...found].map(([, name = "", seconds]) => [name, Number(seconds)]))
}

function nodeCounts(lines: string[]): Counts[] {
  const sums = new Map<string, number>()
  for (const line of lines) {
    const [, name = "", value] = /^(?:#|ℹ) ([a-z]+) (\d+)$/.exec(line) ?? []
    if (value !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value))
  }
  const total = sums.get("tests")
  if (total === undefined) return []
  const passed = sums.get("pass") ?? 0
  const skipped = (sums.get("skipped") ?? 0) + (sums.get("todo") ?? 0)
  return [{ total, passed, skipped, failed: total - passed - skipped }]
}

/** Also undefined-safe: a Go run without any test file is a run of no tests. */
function goCases(lines: string[]): TestCase[] | undefined {
  const verdict = /--- (PASS|FAIL|SKIP): (\S+) \(([\d.]+)s\)$/
  const statuses = { PASS: "passed", FAIL: "failed", SKIP: "skipped" } as const
  const cases = lines.flatMap((line): TestCase[] => {
    const [, word, name = "", seconds] = verdict.exec(line) ?? []
    if (word === undefined) return []
    const status = statuses[word as keyof typeof statuses]
    return [{ name, suite: "", status, seconds: Number(seconds), message: "" }]
  })
  const ranGo = lines.some((line) => /^(?:ok *\t\S+\t.*no tests to run|\? *\t)/.test(line))
  return cases.length > 0 || ranGo ? cases : undefined
}

function vitestCounts(lines: string[]): Counts[] {
  return lines.flatMap((line) => {
    const [, text = "", total] = /^ *Tests +(.*) \((\d+)\)$/.exec(line) ?? []
    return total === undefined ? [] : [{ ...wordCounts(text), total: Number(total) }]
  })
}

function jestCounts(lines: string[]): Counts[] {
  return lines.flatMap((line) => {
    const [, text = "", total] = /^Tests: +(.*?)(\d+) total$/.exec(line) ?? []
    return total === undefined ? [] : [{ ...wordCounts(text), total: Number(total) }]
  })
}

/** Its words may stand on lines of their own, so all of them make one sum. */
function mochaCounts(lines: string[]): Counts[] {
  const words = lines.filter((line) => /^ *\d+ (passing|failing|pending)\b/.test(line))
  if (words.length === 0) return []
  const of = (word: string) => sumOf(words, new RegExp(`^ *(\\d+) ${word}`))
  return [withTotal({ passed: of("passing"), failed: of("failing"), skipped: of("pending") })]
}

function pytestCounts(lines: string[]): Counts[] {
  return lines.flatMap((line) => {
    const [, words] = /^=* ?((?:\d+ [a-z]+(?:, )?)+|no tests ran) in [\d.]+s/.exec(line) ?? []
    return words === undefined ? [] : [withTotal(wordCounts(words))]
  })
}

function unittestCounts(lines: string[]): Counts[] {
  const total = sumOf(lines, /^Ran (\d+) tests? in /)
  if (!lines.some((line) => /^Ran \d+ tests? in /.test(line))) return []
  const verdicts = lines.filter((line) => /^(?:OK|FAILED) \(.*\)$/.test(line))
  const of = (word: string) => sumOf(verdicts, new RegExp(`[( ]${word}=(\\d+)`))
  const failed = of("failures") + of("errors") + of("unexpected successes")
  const skipped = of("skipped") + of("expected failures")
  return [{ total, failed, skipped, passed: total - failed - skipped }]
}

/** Counts out of words such as "1 failed, 4 passed, 1 skipped". */
function wordCounts(text: string): Omit<Counts, "total"> {
  const of = (...words: string[]) =>
    words.reduce(
      (sum, word) => sum + Number(new RegExp(`(\\d+) ${word}\\b`).exec(text)?.[1] ?? 0),
      0,
    )
  return {
    passed: of("passed", "xpassed"),
    failed: of("failed", "error", "errors"),
    skipped: of("skipped", "xfailed", "todo"),
  }
}

function withTotal(counts: Omit<Counts, "total">): Counts {
  return { total: counts.passed + counts.failed + counts.skipped, ...counts }
}

function sumOf(lines: string[], pattern: RegExp): number {
  return lines.reduce((sum, line) => sum + Number(pattern.exec(line)?.[1] ?? 0), 0)
}

/** What failed in TAP or node's spec output; a suite that failed by its tests comes after them and less indented. */
function tapFailures(lines: string[]): TestCase[] {
  const failures: TestCase[] = []
  let last = 0
  for (const line of lines) {
    const [, indent = "", name] =
      /^( *)not ok \d+ (?:- )?(.*)$/.exec(line) ??
      /^( *)✖ (.*?)(?: \([\d.]+ms\))?$/.exec(line) ??
      []
    if (name === undefined || name === "failing tests:" || /# (?:SKIP|TODO)\b/.test(name)) continue
    const isParent = indent.length < last
    last = indent.length
    if (!isParent) failures.push(failedCase(name))
  }
  return failures
}

/** `FAILED tests/test_a.py::test_b - why` of pytest, and `FAIL: test_b (tests.TestA)` of unittest. */
function namedFailures(lines: string[]): TestCase[] {
  return lines.flatMap((line) => {
    const [, , pytest, why] = /^(FAILED|ERROR) (\S+::\S+)(?: - (.*))?$/.exec(line) ?? []
    const [, unittest] = /^(?:FAIL|ERROR): (\S+)/.exec(line) ?? []
    const name = pytest?.split("::").slice(1).join("::") ?? unittest
    return name === undefined ? [] : [failedCase(name, why)]
  })
}

function failedCase(name: string, message = ""): TestCase {
  return { name, suite: "", status: "failed", seconds: null, message }
}
