import { failedNames, type TestReport } from "./test-report.js"

/** How the check of a contract ended. */
export interface ContractOutcome {
  exitCode: number
  /** The last lines of output. */
  tail: string[]
}

const NAMED_OPERATIONS = 3

/**
 * Why a service does not keep its contract; empty when it does.
 *
 * @param report one test for each operation; undefined when it never came to that
 */
export function contractFailure(
  { exitCode, tail }: ContractOutcome,
  report: TestReport | undefined,
): string {
  if (report && report.counts.failed > 0) {
    const { failed, total } = report.counts
    const names = failedNames(report).slice(0, NAMED_OPERATIONS).join(", ")
    const more = failed > NAMED_OPERATIONS ? ` and ${failed - NAMED_OPERATIONS} more` : ""
    return `${failed} of ${total} operations break the contract: ${names}${more}`
  }
  if (exitCode !== 0) return `the contract could not be checked: ${firstError(tail)}`
  if (!report || report.counts.total === 0) return "the OpenAPI document has no operation to check"
  return ""
}

/** The line that says what is wrong with the document, among those that say where one can ask. */
function firstError(tail: string[]): string {
  const errors = tail.map((line) => line.trim()).filter(Boolean)
  const heading = errors.findIndex((line) => /^(Error|Schema|API|.*[Ee]rror)\b/.test(line))
  return errors[heading] ?? errors.at(-1) ?? "it printed nothing"
}
