const LINES = 60
const LINE_LENGTH = 400
const LONGEST_LINE = 100_000
const REASON_LENGTH = 800

/** Terminal sequences: colours and cursor movements, and titles of windows. */
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
/** Also those of 8 bits, which some terminals obey. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/**
 * A command's output as lines that can be shown: without terminal sequences and
 * what progress bars have written over.
 *
 * @param noise lines to leave out, such as the test tool's own frames of a stack
 * @returns no line for no output
 */
export function outputLines(output: string, noise?: RegExp): string[] {
  const text = output.trimEnd()
  if (text === "") return []
  return text
    .split("\n")
    .map(visible)
    .filter((line) => !noise?.test(line))
}

/**
 * The last lines of output, fit for a row: a row travels as one line of text,
 * so neither their number nor their length may be without limit.
 *
 * @returns at most 60 lines of at most 400 characters
 */
export function lastLines(lines: string[]): string[] {
  return lines.slice(-LINES).map((line) => shorten(line, LINE_LENGTH))
}

/** A line as a terminal would show it in the end: a progress bar rewrites its line. */
function visible(line: string): string {
  const rewritten = line.replace(/\r+$/, "").split("\r").at(-1) ?? ""
  // No more of it is ever shown, and a line can have 100 MB.
  return rewritten.slice(0, LONGEST_LINE).replace(ESCAPES, "").replace(CONTROLS, "")
}

/** A text as one line of at most 800 characters. */
export function oneLine(text: string): string {
  const plain = text.replace(ESCAPES, "").replaceAll(/\s+/g, " ").replace(CONTROLS, "")
  return shorten(plain.trim(), REASON_LENGTH)
}

function shorten(line: string, length: number): string {
  return line.length <= length ? line : `${line.slice(0, length - 4)} ...`
}
