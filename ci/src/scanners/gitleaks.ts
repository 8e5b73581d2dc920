import { decideSeverity, objectOf, positionOf, ruleIds, textOf } from "../findings/index.js"
import type { Rule } from "../findings/index.js"
import type { Reading, Scanner, ToolOutput } from "./scanner.js"
import { emptyReading, HISTORY, OUTPUT, readJsonList, repositoryPath } from "./scanner.js"

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
  command: () => gitleaksCommand("dir ."),
  ran: [0, 77],
  found: 77,
  read(files, job) {
    const reading = readFindings(files)
    const [, bytes] = SCANNED.exec(files["gitleaks.log"] ?? "") ?? []
    if (bytes === undefined) reading.problems.push("did not say how much it looked at")
    else if (Number(bytes) === 0)
      reading.problems.push(`looked at nothing in the ${job.files.length} files that it was given`)
    reading.coverage.files = job.files.length
    return reading
  },
}

/** Stands in for git, whose output was taken before: gitleaks only asks for it again. */
const GIT = "/scan/bin/git"

/**
 * Gitleaks on git's history: secrets in what any commit added, also when a later one took it away.
 *
 * It ends with 0 where there is no history, and where git failed. So git runs before, on its own, and
 * how many commits it looked at is held against how many there are.
 */
export const gitleaksHistory: Scanner = {
  ...gitleaks,
  input: "history",
  command: () => `export PATH=/scan/bin:$PATH\n${gitleaksCommand("git . --platform none")}`,
  programs: {
    [GIT]: `#!/bin/sh\ncase " $* " in *" log "*) exec cat ${HISTORY} ;; esac\nexit 1\n`,
  },
  read(files, { commits = 0 }) {
    const reading = readFindings(files)
    const [, scanned] = /\b(\d+) commits scanned/.exec(files["gitleaks.log"] ?? "") ?? []
    reading.coverage.commits = Number(scanned ?? 0)
    if (reading.coverage.commits === 0)
      reading.problems.push(`looked at none of ${commits} commits of the history`)
    return reading
  },
}

function gitleaksCommand(mode: string): string {
  return [
    "mkdir -p /tmp/empty",
    "printf '[extend]\\nuseDefault = true\\n' > /tmp/gitleaks.toml",
    [
      `gitleaks ${mode} --redact --no-banner --no-color --config /tmp/gitleaks.toml`,
      "--gitleaks-ignore-path /tmp/empty --ignore-gitleaks-allow --exit-code 77",
      `--report-format json --report-path ${OUTPUT}/gitleaks.json 2> ${OUTPUT}/gitleaks.log`,
    ].join(" "),
    `code=$?; cat ${OUTPUT}/gitleaks.log >&2; exit $code`,
  ].join("\n")
}

const SCANNED = /scanned ~(\d+) bytes/

function readFindings(files: ToolOutput["files"]): Reading {
  const reading = emptyReading()
  const rules = new Map<string, Rule>()
  for (const entry of readJsonList(files, "gitleaks.json").map(objectOf)) {
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
  for (const [, problem = ""] of (files["gitleaks.log"] ?? "").matchAll(/ (?:ERR|FTL) (.*)/g))
    reading.problems.push(problem)
  return { ...reading, rules: [...rules.values()] }
}
