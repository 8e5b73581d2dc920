import { stripEscapes } from "./progress-lines.mjs"

/**
 * What dagger prints at the end of a failing call:
 *
 *     Error: exit code: 1 [traceparent:...]
 *     Stdout:
 *     what the failing step printed
 *     Stderr:
 *     what it printed there
 *
 * @typedef {object} Failure
 * @property {string} message the error itself, without its trace id
 * @property {string | undefined} stdout what the failing step printed; the table, when the step is ours
 * @property {string | undefined} stderr
 */

const TRACE = / \[traceparent:[0-9a-f-]+\]/

/**
 * @param {string[]} lines the last lines of dagger's progress
 * @returns {Failure | undefined} undefined when there is no such block
 */
export function readFailure(lines) {
  const plain = lines.map(stripEscapes)
  // The table itself may hold such a line; only dagger's own has a trace id, unless it failed before there was one.
  const traced = plain.findLastIndex((line) => line.startsWith("Error: ") && TRACE.test(line))
  const begin = traced >= 0 ? traced : plain.findLastIndex((line) => line.startsWith("Error: "))
  if (begin < 0) return undefined
  const block = plain.slice(begin)
  const stdout = block.indexOf("Stdout:")
  const stderr = block.lastIndexOf("Stderr:")
  const messageEnd =
    [stdout, stderr].filter((index) => index >= 0).sort((a, b) => a - b)[0] ?? block.length
  return {
    message: block
      .slice(0, messageEnd)
      .join("\n")
      .replace(TRACE, "")
      .replace(/^Error: /, "")
      .trim(),
    stdout:
      stdout < 0 ? undefined : text(block.slice(stdout + 1, stderr > stdout ? stderr : undefined)),
    stderr: stderr < 0 ? undefined : text(block.slice(stderr + 1)),
  }
}

/** @param {string[]} lines */
function text(lines) {
  return `${lines.join("\n").trimEnd()}\n`
}

const LOST = [
  /connection (refused|reset by peer)/i,
  /transport is closing/i,
  /error reading from server: (unexpected )?EOF/i,
  /code = Unavailable/,
  /use of closed network connection/,
  /broken pipe/i,
  /database not open/,
  /^start engine: /,
  /(session|client) .*(not found|closed)/i,
  /\b(unexpected )?EOF\b *$/,
  /context canceled: .*session/i,
]

/**
 * Whether an error tells of an engine that went away, rather than of the work in it.
 *
 * @param {string} message
 */
export function tellsOfLostEngine(message) {
  return LOST.some((pattern) => pattern.test(message))
}

const STALE = [
  /failed to load runtime:.*failed to receive stat message:.*no such file or directory/s,
  /failed to load runtime:.*blob sha256:[0-9a-f]{64} not found/s,
  /failed to load runtime:.*snapshot \S+ does not exist/s,
]

/**
 * Whether an engine shares a result whose data is gone, and so can't load the module: the checkout
 * that it was made from was deleted, or its layers were collected, while another session held it.
 * Nothing has run then, and the engine forgets such results when it is started anew.
 *
 * @param {string} message
 */
export function tellsOfStaleResult(message) {
  return STALE.some((pattern) => pattern.test(message))
}

/**
 * Whether an engine could not read what the module's constructor gave, though it had ended well: seen
 * twice in thousands of calls, in runs beside others, and not in the next call. Why is not known. No function of the
 * module was called then.
 *
 * @param {string} message
 * @param {string[]} lines dagger's progress
 */
export function tellsOfUnreadConstructor(message, lines) {
  if (message !== "could not get used client id") return false
  const failed = lines.map(stripEscapes).filter((line) => / ERROR(?: \[[0-9hms.]+\])?$/.test(line))
  return failed.length > 0 && failed.every((line) => /^\d+ *: (?:┆ )*pipeline ERROR/.test(line))
}

const UNFETCHED = [
  /failed to resolve blueprint to source:/,
  /failed to resolve git (?:src|tags):/,
  /failed to load git dir:/,
  /git module source .* does not contain a dagger config file/,
]

/**
 * Whether an engine could not fetch a module from its git server. What git says of that server reads
 * like a lost engine.
 *
 * @param {string} message
 */
export function tellsOfUnfetchedModule(message) {
  return UNFETCHED.some((pattern) => pattern.test(message))
}

const ENV_FILE =
  /(?:load user defaults|env file).*?parse error: (?<line>"(?:[^"\\]|\\.)*"): (?<why>.*)/

/**
 * The line of a .env file that dagger could not read, from its error.
 *
 * @param {string} message
 * @returns {{line: string, why: string} | undefined}
 */
export function unreadableEnvLine(message) {
  const groups = ENV_FILE.exec(message)?.groups
  if (!groups) return undefined
  try {
    return { line: JSON.parse(groups.line ?? '""'), why: groups.why ?? "" }
  } catch {
    return { line: groups.line ?? "", why: groups.why ?? "" }
  }
}
