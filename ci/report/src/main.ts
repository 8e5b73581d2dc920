// Makes a report of a recorded run: `report.mjs --records DIR [--run ID] [--deployments FILE] --out DIR`, or `--list`.
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { readDeployments } from "./deployments.js"
import { renderHtml } from "./html.js"
import { junitFiles } from "./junit.js"
import { listJson, listTable } from "./list.js"
import { pageData } from "./page-data.js"
import { listRecords, readRecords } from "./records.js"
import { ReportError } from "./report-error.js"
import { formatSummary } from "./summary.js"

const USAGE =
  "usage: report.mjs --records DIR [--run ID] [--deployments FILE] --out DIR, or --records DIR --list [--format=table|json]"

function main(words: string[]): number {
  const { values } = readWords(words)
  if (values.records === undefined) throw new ReportError(`--records is missing; ${USAGE}`)
  if (values.list) {
    if (!["table", "json"].includes(values.format))
      throw new ReportError(`--format is table or json, not ${JSON.stringify(values.format)}`)
    const listed = listRecords(values.records)
    process.stdout.write(values.format === "json" ? listJson(listed) : listTable(listed))
    return 0
  }
  if (values.out === undefined) throw new ReportError(`--out is missing; ${USAGE}`)
  writeReport(values.records, values.run, values.out, values.deployments)
  return 0
}

function readWords(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: {
        records: { type: "string" },
        run: { type: "string" },
        out: { type: "string" },
        deployments: { type: "string" },
        list: { type: "boolean", default: false },
        format: { type: "string", default: "table" },
      },
    })
  } catch (error) {
    throw new ReportError(`${(error as Error).message.split(". ")[0]}; ${USAGE}`)
  }
}

function writeReport(
  folder: string,
  run: string | undefined,
  out: string,
  history: string | undefined,
): void {
  const deployments = history === undefined ? null : readDeployments(history)
  const { id, record, text, earlier, leftOut } = readRecords(folder, run)
  mkdirSync(join(out, "junit"), { recursive: true })
  const write = (name: string, content: string) => writeFileSync(join(out, name), content)
  write("run.json", text)
  write("summary.md", formatSummary(record))
  for (const [name, xml] of junitFiles(record)) write(join("junit", name), xml)
  write("report.html", renderHtml(pageData(record, earlier, leftOut, deployments)))
  const sarif = join(folder, `${id}.sarif`)
  if (existsSync(sarif)) copyFileSync(sarif, join(out, "findings.sarif"))
  for (const line of leftOut) process.stderr.write(`report: left out: ${line}\n`)
}

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof ReportError)) throw error
  process.stderr.write(`report: ${error.message}\n`)
  process.exitCode = 2
}
