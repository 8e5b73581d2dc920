import type { Rule } from "../findings/index.js"
import {
  decideSeverity,
  listOf,
  objectOf,
  positionOf,
  readSeverity,
  ruleIds,
  textOf,
  textsOf,
} from "../findings/index.js"
import type { Scanner } from "./scanner.js"
import { emptyReading, OUTPUT, readJson, repositoryPath, RULES } from "./scanner.js"

/**
 * Semgrep with our own rules, which need no network and no account. Rules of its registry are not
 * used: their licence limits who may.
 */
export const semgrep: Scanner = {
  name: "semgrep",
  needs: [],
  source: { kind: "python" },
  looksAt: (file) => file.endsWith(".py"),
  command: () =>
    [
      "SEMGREP_SETTINGS_FILE=/tmp/semgrep.yml SEMGREP_SEND_METRICS=off SEMGREP_ENABLE_VERSION_CHECK=0",
      `semgrep scan . --quiet --metrics=off --disable-version-check`,
      `--disable-nosem --no-git-ignore --x-ignore-semgrepignore-files --config ${RULES}`,
      `--timeout 30 --json-output=${OUTPUT}/semgrep.json`,
    ].join(" "),
  rules: true,
  // 3: a file that it could not parse, which the report names.
  ran: [0, 3],
  read(files) {
    const report = objectOf(readJson(files, "semgrep.json"))
    const reading = emptyReading()
    const rules = new Map<string, Rule>()
    for (const entry of listOf(report["results"]).map(objectOf)) {
      const extra = objectOf(entry["extra"])
      const metadata = objectOf(extra["metadata"])
      // The id begins with the folder of the rule.
      const rule = (textOf(entry["check_id"]) ?? "unknown").split(".").at(-1) ?? "unknown"
      const message = (textOf(extra["message"]) ?? rule).trim()
      const [start, end] = [objectOf(entry["start"]), objectOf(entry["end"])]
      const [line, column] = [positionOf(start["line"]), positionOf(start["col"])]
      const [endLine, endColumn] = [positionOf(end["line"]), positionOf(end["col"])]
      reading.findings.push({
        category: "code",
        ids: ruleIds("semgrep", rule),
        detections: [{ tool: "semgrep", rule }],
        ...decideSeverity(
          "semgrep",
          rule,
          readSeverity(metadata["severity"]) ?? readSeverity(extra["severity"]),
        ),
        message,
        place: {
          file: repositoryPath(textOf(entry["path"]) ?? ""),
          ...(line !== undefined && { line }),
          ...(column !== undefined && { column }),
          ...(endLine !== undefined && line !== undefined && endLine > line && { endLine }),
          ...(endColumn !== undefined && { endColumn }),
        },
        services: [],
        subject: "",
      })
      rules.set(rule, {
        tool: "semgrep",
        rule,
        name: rule,
        summary: message,
        help: textOf(metadata["fix"]) ?? message,
        tags: textsOf(metadata["cwe"]).map((cwe) => `external/cwe/${cwe.toLowerCase()}`),
      })
    }
    for (const entry of listOf(report["errors"]).map(objectOf)) {
      const path = textOf(entry["path"])
      const reason = (textOf(entry["message"]) ?? textOf(entry["type"]) ?? "unknown error")
        .split("\n")[0]
        ?.trim()
      if (path === undefined) reading.problems.push(reason ?? "unknown error")
      else reading.coverage.skipped.push({ path: repositoryPath(path), reason: reason ?? "" })
    }
    const seen = textsOf(objectOf(report["paths"])["scanned"]).map(repositoryPath)
    reading.coverage.files = seen.length
    return { ...reading, rules: [...rules.values()], seen }
  },
}
