import type { Counts } from "./rows.js"

/** What a JUnit file says: how many tests, and which failed. */
export interface TestReport {
  counts: Counts
  /** Names of failed tests, in the order of the file. */
  failures: string[]
}

/**
 * Reads a JUnit XML file. Suites may nest; only test cases are counted, so that
 * no suite's sum is counted twice.
 *
 * @returns undefined when the text holds no test suite
 */
export function parseJUnit(xml: string): TestReport | undefined {
  if (!/<testsuites?\b/.test(xml)) return undefined
  const failures: string[] = []
  let total = 0
  let skipped = 0
  for (const [, attributes = "", selfClosed, body = ""] of xml.matchAll(
    /<testcase\b((?:[^>"']|"[^"]*"|'[^']*')*?)(\/)?>(?:(?<!\/>)([\s\S]*?)<\/testcase>)?/g,
  )) {
    total++
    const inside = selfClosed ? "" : body
    if (/<(failure|error)\b/.test(inside)) failures.push(attribute(attributes, "name"))
    else if (/<skipped\b/.test(inside)) skipped++
  }
  return {
    counts: { total, failed: failures.length, skipped, passed: total - failures.length - skipped },
    failures,
  }
}

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? "?"
  return value
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&")
}

/**
 * Reads the counts out of what a test tool printed: node:test (TAP or spec),
 * `go test -v`, vitest, pytest.
 *
 * @returns undefined when the output is of none of them
 */
export function parseOutput(output: string): Counts | undefined {
  return nodeCounts(output) ?? goCounts(output) ?? vitestCounts(output) ?? pytestCounts(output)
}

function nodeCounts(output: string): Counts | undefined {
  const number = (name: string) =>
    Number(new RegExp(`^(?:#|ℹ) ${name} (\\d+)$`, "m").exec(output)?.[1] ?? Number.NaN)
  const total = number("tests")
  if (Number.isNaN(total)) return undefined
  const passed = number("pass") || 0
  const skipped = (number("skipped") || 0) + (number("todo") || 0)
  return { total, passed, skipped, failed: total - passed - skipped }
}

function goCounts(output: string): Counts | undefined {
  const of = (verdict: string) =>
    [...output.matchAll(new RegExp(`^\\s*--- ${verdict}: `, "gm"))].length
  const [passed, failed, skipped] = [of("PASS"), of("FAIL"), of("SKIP")]
  const total = passed + failed + skipped
  if (total > 0) return { total, passed, failed, skipped }
  return /^(ok|\?)\s+\S+\s.*(no test|cached|s$)/m.test(output) &&
    /\[no test(s to run| files)\]/.test(output)
    ? { total: 0, passed: 0, failed: 0, skipped: 0 }
    : undefined
}

function vitestCounts(output: string): Counts | undefined {
  const line = /^\s*Tests\s+(.*)$/m.exec(output)?.[1]
  if (line === undefined || !/\(\d+\)/.test(line)) return undefined
  const number = (name: string) => Number(new RegExp(`(\\d+) ${name}`).exec(line)?.[1] ?? 0)
  return {
    total: Number(/\((\d+)\)/.exec(line)?.[1]),
    passed: number("passed"),
    failed: number("failed"),
    skipped: number("skipped") + number("todo"),
  }
}

function pytestCounts(output: string): Counts | undefined {
  const line = /^=* ?((?:\d+ [a-z]+(?:, )?)+|no tests ran) in [\d.]+s/m.exec(output)?.[1]
  if (line === undefined) return undefined
  const number = (name: string) => Number(new RegExp(`(\\d+) ${name}`).exec(line)?.[1] ?? 0)
  const [passed, failed, skipped] = [
    number("passed"),
    number("failed") + number("error"),
    number("skipped") + number("xfailed"),
  ]
  return { total: passed + failed + skipped, passed, failed, skipped }
}
