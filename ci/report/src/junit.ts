import type { FullRecord } from "../../src/run/record.js"
import type { Row } from "../../src/run/rows.js"
import type { TestCase } from "../../src/run/test-report.js"
import { readable } from "./text.js"

const MOST_CHARACTERS = 20_000

/** A test case as JUnit has it. */
interface JUnitCase {
  name: string
  className: string
  seconds: number | null
  result: "passed" | "failed" | "error" | "skipped"
  message: string
  output: string
}

/**
 * A run's results as JUnit XML, one file for each service. A stage of which tests are known by name
 * is a suite of them; all other stages are one suite of stages, so that a failed build is seen too.
 *
 * @returns the XML by file name
 */
export function junitFiles(record: FullRecord): Map<string, string> {
  const services = [...new Set(record.rows.map(({ service }) => service))]
  const files = new Map<string, string>()
  for (const service of services) files.set(freeName(service, files), serviceXml(record, service))
  return files
}

/** A service's name as the name of a file, whatever is in it. */
function freeName(service: string, taken: ReadonlyMap<string, string>): string {
  const safe = service
    .replace(/[^\w.-]/g, "_")
    .replace(/^\.+/, "_")
    .slice(0, 100)
  for (let number = 1; ; number++) {
    const name = `${safe}${number === 1 ? "" : `-${number}`}.xml`
    if (!taken.has(name)) return name
  }
}

function serviceXml({ rows, tests }: FullRecord, service: string): string {
  const own = rows.filter((row) => row.service === service)
  const known = tests.filter((one) => one.service === service && one.cases.length > 0)
  const suites = known.map(({ stage, cases }) => {
    const row = own.find((one) => one.stage === stage)
    return suite(`${service} ${stage}`, cases.map(testCase), row)
  })
  const untold = own.filter(
    ({ stage, status }) =>
      !known.some(
        (one) => one.stage === stage && (status === "passed" || one.cases.some(isFailed)),
      ),
  )
  const all = [...suites, ...(untold.length > 0 ? [suite(service, untold.map(stageCase))] : [])]
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escapeXml(service)}">\n${all.join("")}</testsuites>\n`
}

function isFailed({ status }: TestCase): boolean {
  return status === "failed"
}

function testCase(one: TestCase): JUnitCase {
  const { name, suite: className, status, seconds, message, details = "" } = one
  return { name, className, seconds, result: status, message, output: details }
}

function stageCase({ service, stage, status, seconds, reason, tail }: Row): JUnitCase {
  const message = reason || (status === "passed" ? "" : status)
  return {
    name: stage,
    className: service,
    seconds,
    result: status,
    message,
    output: tail.join("\n"),
  }
}

function suite(name: string, cases: JUnitCase[], row?: Row): string {
  const count = (result: JUnitCase["result"]) => cases.filter((one) => one.result === result).length
  const seconds = row?.seconds ?? cases.reduce((sum, one) => sum + (one.seconds ?? 0), 0)
  const started = row?.started ? ` timestamp="${escapeXml(row.started.slice(0, 19))}"` : ""
  const output =
    row && row.status !== "passed" && row.tail.length > 0
      ? `    <system-out>${escapeXml(cut(row.tail.join("\n")))}</system-out>\n`
      : ""
  return `  <testsuite name="${escapeXml(name)}" tests="${cases.length}" failures="${count("failed")}" errors="${count("error")}" skipped="${count("skipped")}" time="${seconds.toFixed(3)}"${started}>\n${cases.map(caseXml).join("")}${output}  </testsuite>\n`
}

function caseXml({ name, className, seconds, result, message, output }: JUnitCase): string {
  const time = seconds === null ? "" : ` time="${seconds.toFixed(3)}"`
  const open = `    <testcase classname="${escapeXml(className)}" name="${escapeXml(name)}"${time}`
  if (result === "passed") return `${open}/>\n`
  const said = ` message="${escapeXml(cut(message))}"`
  if (result === "skipped") return `${open}><skipped${said}/></testcase>\n`
  const element = result === "failed" ? "failure" : "error"
  return `${open}><${element}${said}>${escapeXml(cut(output))}</${element}></testcase>\n`
}

function cut(text: string): string {
  return readable(text, MOST_CHARACTERS)
}

/** All that XML 1.0 can't hold, escaped or not: most control characters, halves of characters. */
const IMPOSSIBLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  // Also for "]]>", which may not stand in a text.
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
}

/** A text for an attribute or between two tags; what XML can't hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(IMPOSSIBLE, "\ufffd")
    .replace(/[&<>"\t\n\r]/g, (character) => ENTITIES[character] ?? character)
}
