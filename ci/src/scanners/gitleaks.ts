import { decideSeverity, listOf, objectOf, positionOf, ruleIds, textOf } from "../findings/index.js"
import type { Rule } from "../findings/index.js"
import type { Scanner } from "./scanner.js"
import { emptyReading, OUTPUT, readJson, repositoryPath } from "./scanner.js"

/**
 * Gitleaks: secrets in the files of the checkout. It says how many bytes it looked at, but not in
 * which files; it looks at all that are there but pictures, lock files and the like.
 *
 * A `.gitleaks.toml` or `.gitleaksignore` of the repository has no effect: either could silence it
 * without a reason or an end.
 */
export const gitleaks: Scanner = {
  name: "gitleaks",
  needs: [],
  source: { kind: "go", module: "github.com/zricethezav/gitleaks/v8", package: "" },
  looksAt: () => true,
  command: () =>
    [
      "mkdir -p /tmp/empty",
      "printf '[extend]\\nuseDefault = true\\n' > /tmp/gitleaks.toml",
      [
        "gitleaks dir . --redact --no-banner --no-color --config /tmp/gitleaks.toml",
        "--gitleaks-ignore-path /tmp/empty --ignore-gitleaks-allow --exit-code 77",
        `--report-format json --report-path ${OUTPUT}/gitleaks.json 2> ${OUTPUT}/gitleaks.log`,
      ].join(" "),
      `code=$?; cat ${OUTPUT}/gitleaks.log >&2; exit $code`,
    ].join("\n"),
  ran: [0, 77],
  read(files, job) {
    const reading = emptyReading()
    const rules = new Map<string, Rule>()
    for (const entry of listOf(readJson(files, "gitleaks.json")).map(objectOf)) {
      const rule = textOf(entry["RuleID"]) ?? "unknown"
      const summary = textOf(entry["Description"]) ?? rule
      const [line, endLine] = [positionOf(entry["StartLine"]), positionOf(entry["EndLine"])]
      const [column, endColumn] = [positionOf(entry["StartColumn"]), positionOf(entry["EndColumn"])]
      const commit = textOf(entry["Commit"]) ?? ""
      reading.findings.push({
        category: "secret",
        ids: ruleIds("gitleaks", rule),
        detections: [{ tool: "gitleaks", rule }],
        ...decideSeverity("gitleaks", rule, undefined),
        message: `A secret (${rule}): ${summary}`,
        place: {
          file: repositoryPath(textOf(entry["File"]) ?? ""),
          ...(line !== undefined && { line }),
          ...(column !== undefined && { column }),
          ...(endLine !== undefined && line !== undefined && endLine > line && { endLine }),
          // Gitleaks counts the last character itself.
          ...(endColumn !== undefined && { endColumn: endColumn + 1 }),
          ...(commit !== "" && { commit }),
        },
        services: [],
        subject: "",
      })
      rules.set(rule, {
        tool: "gitleaks",
        rule,
        name: rule,
        summary,
        help: "Revoke the secret where it was issued, then take it out of the source.",
        tags: ["external/cwe/cwe-798"],
      })
    }
    const log = files["gitleaks.log"] ?? ""
    for (const [, problem = ""] of log.matchAll(/ (?:ERR|FTL) (.*)/g))
      reading.problems.push(problem)
    const [, bytes] = /scanned ~(\d+) bytes/.exec(log) ?? []
    if (bytes === undefined) reading.problems.push("did not say how much it looked at")
    reading.coverage.files = job.files.length
    return { ...reading, rules: [...rules.values()] }
  },
}
