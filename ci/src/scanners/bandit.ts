import type { Finding, Rule } from "../findings/index.js"
import {
  decideSeverity,
  listOf,
  numberOf,
  objectOf,
  positionOf,
  readSeverity,
  ruleIds,
  textOf,
} from "../findings/index.js"
import type { Scanner } from "./scanner.js"
import { emptyReading, OUTPUT, readJson, repositoryPath } from "./scanner.js"

const SETTINGS = "/scan/bandit.yaml"

/**
 * Bandit: mistakes in Python code. It ends with 0 for a file that it can't parse, and for a path
 * that isn't there; its report names both.
 */
export const bandit: Scanner = {
  name: "bandit",
  needs: [],
  source: { kind: "python" },
  looksAt: (file) => file.endsWith(".py"),
  // Comments are read by us, so that they can be counted and refused.
  command: () =>
    `bandit --recursive . --quiet --ignore-nosec --exit-zero --configfile ${SETTINGS} --format json --output ${OUTPUT}/bandit.json`,
  // An assertion is what a test is made of.
  settings: {
    [SETTINGS]:
      'assert_used:\n  skips: ["*/tests/*", "*/test_*.py", "*/*_test.py", "*/conftest.py"]\n',
  },
  ran: [0],
  read(files) {
    const report = objectOf(readJson(files, "bandit.json"))
    const reading = emptyReading()
    const rules = new Map<string, Rule>()
    for (const entry of listOf(report["results"]).map(objectOf)) {
      const rule = textOf(entry["test_id"]) ?? "unknown"
      const message = textOf(entry["issue_text"]) ?? rule
      const url = textOf(entry["more_info"])
      reading.findings.push(toFinding(entry, rule, message))
      rules.set(rule, {
        tool: "bandit",
        rule,
        name: textOf(entry["test_name"]) ?? rule,
        summary: message,
        help: `${message}\nConfidence: ${textOf(entry["issue_confidence"]) ?? "unknown"}.`,
        ...(url !== undefined && { url }),
        tags: weakness(entry),
      })
    }
    for (const entry of listOf(report["errors"]).map(objectOf))
      reading.coverage.skipped.push({
        path: repositoryPath(textOf(entry["filename"]) ?? ""),
        reason: textOf(entry["reason"]) ?? "unknown reason",
      })
    const failed = new Set(reading.coverage.skipped.map(({ path }) => path))
    const seen = Object.keys(objectOf(report["metrics"]))
      .filter((name) => name !== "_totals")
      .map(repositoryPath)
      .filter((path) => !failed.has(path))
    reading.coverage.files = seen.length
    return { ...reading, rules: [...rules.values()], seen }
  },
}

function toFinding(
  entry: Readonly<Record<string, unknown>>,
  rule: string,
  message: string,
): Finding {
  const line = positionOf(entry["line_number"])
  const last = positionOf(listOf(entry["line_range"]).at(-1))
  const column = numberOf(entry["col_offset"])
  const endColumn = numberOf(entry["end_col_offset"])
  const oneLine = last === undefined || last === line
  return {
    category: "code",
    ids: ruleIds("bandit", rule),
    detections: [{ tool: "bandit", rule }],
    ...decideSeverity("bandit", rule, readSeverity(entry["issue_severity"])),
    message,
    place: {
      file: repositoryPath(textOf(entry["filename"]) ?? ""),
      ...(line !== undefined && { line }),
      ...(line !== undefined && last !== undefined && last > line && { endLine: last }),
      // Bandit counts from 0, and its end is one past the last character.
      ...(column !== undefined && column >= 0 && { column: column + 1 }),
      ...(oneLine && endColumn !== undefined && endColumn > 0 && { endColumn: endColumn + 1 }),
    },
    services: [],
    subject: "",
  }
}

function weakness(entry: Readonly<Record<string, unknown>>): string[] {
  const id = numberOf(objectOf(entry["issue_cwe"])["id"])
  return id === undefined ? [] : [`external/cwe/cwe-${String(id).padStart(3, "0")}`]
}
