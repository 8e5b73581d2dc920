import type { TestCase, TestReport } from "./test-report.js"
import { countCases } from "./test-report.js"

const TEST_CASE =
  /<testcase\b((?:[^>"']|"[^"]*"|'[^']*')*?)(\/)?>(?:(?<!\/>)([\s\S]*?)<\/testcase>)?/g
const PROBLEM =
  /<(?:failure|error)\b((?:[^>"']|"[^"]*"|'[^']*')*?)(?:\/>|>([\s\S]*?)<\/(?:failure|error)>)/
const CDATA = /<!\[CDATA\[([\s\S]*?)\]\]>/g
/** A traceback's end says more than its beginning. */
const DETAILS_LENGTH = 4000

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
  const line = Number(attribute(attributes, "line") || Number.NaN)
  const file = attribute(attributes, "file")
  const details = problem ? plainText(problem[2] ?? "").trim() : ""
  return {
    name: attribute(attributes, "name") ?? "?",
    suite: attribute(attributes, "classname") ?? "",
    status: problem ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed",
    seconds: Number.isFinite(seconds) ? seconds : null,
    message: problem ? firstLine(attribute(problem[1] ?? "", "message") ?? "") : "",
    ...(details !== "" && { details: details.slice(-DETAILS_LENGTH) }),
    ...(file !== undefined && { file }),
    ...(Number.isInteger(line) && { line }),
  }
}

/** What stands in an element, as text. */
function plainText(xml: string): string {
  const parts = xml.split(CDATA)
  return parts.map((part, index) => (index % 2 === 1 ? part : unescaped(part))).join("")
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? ""
}

function attribute(attributes: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}=(?:"([^"]*)"|'([^']*)')`).exec(attributes)
  const value = found?.[1] ?? found?.[2]
  return value === undefined ? undefined : unescaped(value)
}

function unescaped(text: string): string {
  return text
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, digits) =>
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
