import type { Counts } from "./rows.js"

/** One test, as its tool reported it. */
export interface TestCase {
  name: string
  /** What the tool groups tests by: a class, a module, a package. Empty when it doesn't say. */
  suite: string
  status: "passed" | "failed" | "skipped"
  /** Null when the tool doesn't say. */
  seconds: number | null
  /** First line of what went wrong; empty when nothing did. */
  message: string
  /** The whole of what went wrong, cut to a few kilobytes. Absent when the tool says no more. */
  details?: string
  /** Where it is, relative to the service's folder. Absent when the tool doesn't say. */
  file?: string
  line?: number
}

/** What is known of the tests that a command ran. */
export interface TestReport {
  counts: Counts
  /** Tests that are known by name. Tools that only print sums may name none. */
  cases: TestCase[]
  /** Read from a report that the tool wrote for machines, not from what it printed. */
  isExact: boolean
}

export const NO_COUNTS: Counts = { total: 0, passed: 0, failed: 0, skipped: 0 }

/** Counts tests. */
export function countCases(cases: TestCase[]): Counts {
  const of = (status: TestCase["status"]) => cases.filter((one) => one.status === status).length
  return {
    total: cases.length,
    passed: of("passed"),
    failed: of("failed"),
    skipped: of("skipped"),
  }
}

/** The sum of two counts. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    total: a.total + b.total,
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }
}

/** Several commands' reports as one; undefined when none of them reported. */
export function mergeReports(reports: (TestReport | undefined)[]): TestReport | undefined {
  const known = reports.filter((report) => report !== undefined)
  if (known.length === 0) return undefined
  return {
    counts: known.map(({ counts }) => counts).reduce(addCounts, NO_COUNTS),
    cases: known.flatMap(({ cases }) => cases),
    isExact: known.every(({ isExact }) => isExact),
  }
}

/** Names of the tests that failed, each once. */
export function failedNames({ cases }: TestReport): string[] {
  return [...new Set(cases.filter(({ status }) => status === "failed").map(({ name }) => name))]
}
