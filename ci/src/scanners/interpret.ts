import type { ToolReport } from "../findings/index.js"
import { emptyReport, redact } from "../findings/index.js"
import type { Reading, ScanJob, Scanner, ToolOutput } from "./scanner.js"
import { refusal, VERSIONS } from "./versions.js"

const TAIL_LINES = 20
const NAMED_FILES = 5

/**
 * Turns what a tool left behind into its report.
 *
 * Most tools end with 0 when they did not scan. So three things must hold: the exit code is one of
 * a run that went to its end, the report can be read to its end, and every file that the tool was
 * given was looked at. Otherwise the scan is incomplete, which is never "no findings".
 */
export function interpret(scanner: Scanner, output: ToolOutput, job: ScanJob): ToolReport {
  const version = VERSIONS[scanner.name]
  const refused = refusal(scanner.name, version)
  if (refused !== undefined) return incomplete(scanner, output, [refused])
  if (output.timedOut) return incomplete(scanner, output, ["took too long and was ended"])
  const ended = scanner.ran.includes(output.exitCode)
  if (!ended && Object.keys(output.files).length === 0)
    return incomplete(scanner, output, [exitProblem(output)])
  const reading = readReport(scanner, output, job)
  if (typeof reading === "string")
    return incomplete(scanner, output, [...(ended ? [] : [exitProblem(output)]), reading])
  const { seen, ...rest } = reading
  const { skipped } = rest.coverage
  const unseen = unseenFiles(job, seen, skipped)
  const general = [...(ended ? [] : [exitProblem(output)]), ...rest.problems]
  if (output.exitCode === scanner.found && rest.findings.length + rest.licences.length === 0)
    general.push(
      `ended with exit code ${scanner.found}, which says that it found something: its report has nothing`,
    )
  if (seen?.length === 0) general.push(`looked at none of ${job.files.length} files`)
  const problems = [
    ...general,
    ...skipped.map(({ path, reason }) => `did not look at ${path}: ${reason}`),
    ...(seen?.length === 0 ? [] : unseenProblem(job, unseen)),
  ]
  return {
    ...emptyReport(scanner.name, version),
    ...rest,
    problems: problems.map((line) => redact(line)),
    status: problems.length > 0 ? "incomplete" : "complete",
    ...(general.length === 0 &&
      problems.length > 0 && { missed: [...skipped.map(({ path }) => path), ...unseen] }),
    tail: problems.length > 0 ? lastLines(output) : [],
  }
}

/** A report of a tool that does not run, on purpose. */
export function skippedReport(tool: string, version: string, reason: string): ToolReport {
  return { ...emptyReport(tool, version), status: "skipped", problems: [reason] }
}

/** A report of a tool that could not do its work. */
export function incompleteReport(scanner: Scanner, problem: string, tail: string[]): ToolReport {
  const output = { exitCode: 0, timedOut: false, tail, files: {} }
  return incomplete(scanner, output, [problem])
}

function incomplete({ name }: Scanner, output: ToolOutput, problems: string[]): ToolReport {
  return {
    ...emptyReport(name, VERSIONS[name]),
    status: "incomplete",
    problems: problems.map((line) => redact(line)),
    tail: lastLines(output),
  }
}

function readReport(scanner: Scanner, output: ToolOutput, job: ScanJob): Reading | string {
  if (Object.keys(output.files).length === 0) return "wrote no report"
  const empty = Object.entries(output.files).find(([, text]) => text.trim() === "")
  if (empty) return `wrote an empty report (${empty[0]})`
  try {
    return scanner.read(output.files, job)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return `wrote half a report: ${error.message}`
  }
}

/** What a tool was given, and says nothing about. */
function unseenFiles(
  { files }: ScanJob,
  seen: readonly string[] | undefined,
  skipped: readonly { path: string }[],
): string[] {
  if (seen === undefined) return []
  const known = new Set([...seen, ...skipped.map(({ path }) => path)])
  return files.filter((file) => !known.has(file))
}

function unseenProblem({ files }: ScanJob, unseen: readonly string[]): string[] {
  if (unseen.length === 0) return []
  const named = unseen.slice(0, NAMED_FILES).join(", ")
  const more = unseen.length > NAMED_FILES ? ` and ${unseen.length - NAMED_FILES} more` : ""
  return [`did not look at ${unseen.length} of ${files.length} files: ${named}${more}`]
}

function exitProblem({ exitCode, tail }: ToolOutput): string {
  const last = tail.findLast((line) => line.trim() !== "")?.trim() ?? ""
  const said = last === "" ? "" : `: ${last.slice(0, 200)}`
  return `ended with exit code ${exitCode}${said}`
}

function lastLines({ tail }: ToolOutput): string[] {
  return redact(tail.join("\n")).split("\n").slice(-TAIL_LINES)
}
