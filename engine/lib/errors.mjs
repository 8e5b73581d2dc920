/**
 * An error the user can act on: printed as lines, without a stack.
 *
 * `code` is stable and meant for programs; `exitCode` is the process's exit
 * code (2: usage or a missing prerequisite, 1: the work itself failed).
 */
export class KitError extends Error {
  /**
   * @param {string} code stable, e.g. "NO_GO"
   * @param {string} message what is wrong, naming the thing
   * @param {{next?: string, exitCode?: number, cause?: unknown}} [options] `next` is the step that mends it
   */
  constructor(code, message, { next, exitCode = 2, cause } = {}) {
    super(message, { cause })
    this.name = "KitError"
    this.code = code
    this.next = next
    this.exitCode = exitCode
  }
}

/**
 * Formats any error for the terminal: a known one as what and next step, an
 * unknown one with its stack, because that is a defect of ours.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function formatError(error) {
  if (error instanceof KitError) {
    return `pipeline: ${error.message}${error.next ? `\n  next: ${error.next}` : ""}`
  }
  return `pipeline: unexpected error: ${error instanceof Error ? error.stack : String(error)}`
}

/**
 * Whether an error, or the output of a failed command, says that the disk is full.
 *
 * @param {unknown} error
 * @returns {boolean}
 */
export function isDiskFull(error) {
  const text =
    error instanceof Error
      ? `${error.message} ${/** @type {{code?: string}} */ (error).code ?? ""}`
      : String(error)
  // The last two are SQLite's, which the engine keeps its records in.
  return /ENOSPC|no space left on device|disk quota exceeded|database or disk is full|disk I\/O error/i.test(
    text,
  )
}
