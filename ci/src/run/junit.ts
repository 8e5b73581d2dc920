import type { TestCase, TestReport } from "./test-report.js"
import { countCases } from "./test-report.js"

const TEST_CASE =
  /<testcase\b((?:[^>"']|"[^"]*"|'[^']*')*?)(\/)?>(?:(?<!\/>)([\s\S]*?)<\/testcase>)?/g
const PROBLEM = /<(?:failure|error)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/

/**
 * Reads a JUnit XML file. Suites may nest; only test cases are counted, so that
 * no suite's sum is counted twice.
 *
 * @returns undefined when the text holds no test suite
 */
export function parseJUnit(xml: string): TestReport | undefined {
  if (!/<testsuites?\b/.test(xml)) return undefined
  const cases: TestCase[] = []
  for (const [, attributes = "", selfClosed, body = ""] of xml.matchAll(TEST_CASE))
    cases.push(testCase(attributes, selfClosed ? "" : body))
  return { counts: countCases(cases), cases, isExact: true }
}

function testCase(attributes: string, body: string): TestCase {
  const problem = PROBLEM.exec(body)
  const seconds = Number(attribute(attributes, "time") || Number.NaN)
  return {
    name: attribute(attributes, "name") ?? "?",
    suite: attribute(attributes, "classname") ?? "",
    status: problem ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed",
    seconds: Number.isFinite(seconds) ? seconds : null,
    message: problem ? firstLine(attribute(problem[1] ?? "", "message") ?? "") : "",
  }
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? ""
}

function attribute(attributes: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}=(?:"([^"]*)"|'([^']*)')`).exec(attributes)
  return (found?.[1] ?? found?.[2])
    ?.replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, digits) =>
      character(Number.parseInt(digits, hex ? 16 : 10)),
    )
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&")
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd"
}
