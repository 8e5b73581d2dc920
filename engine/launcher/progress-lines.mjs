/**
 * Reads the lines of dagger's plain progress: `11  : ┆ [5.9s] | text` is output
 * of step 11, `11  : ┆ Container.from(...)` the step itself.
 */

const EVENT_PREFIX = '{"pipelineEvent":'
const EVENT_VERSION = 1

/** @typedef {{file: string, line: number, message: string}} Place a line of the repository */

/**
 * @typedef {object} Row a finished stage; ci/src/run/rows.ts is its contract
 * @property {string} service
 * @property {string} stage
 * @property {"passed" | "failed" | "error" | "skipped"} status
 * @property {string} reason
 * @property {number} seconds
 * @property {boolean | null} cached
 * @property {{total: number, passed: number, failed: number, skipped: number} | null} counts
 * @property {boolean} [flaky]
 * @property {number | null} [coverage] percent
 * @property {string[]} [warnings]
 * @property {Place[]} [places]
 * @property {string} reproduce
 */

/**
 * @typedef {{event: "run-started", id: string, services: string[], stages?: number}
 *   | {event: "run-planned", planned: object}
 *   | {event: "stage-started", service: string, stage: string}
 *   | {event: "row", row: Row}
 *   | {event: "run-finished", record: object}} Event what ci/src/run/events.ts sends
 */

/**
 * @typedef {{kind: "event", event: Event, text: string}
 *   | {kind: "output", text: string}
 *   | {kind: "step", id: number, title: string, depth: number, ended: boolean, failed: boolean}
 *   | {kind: "other", text: string}} ProgressLine
 */

const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g
const NUMBERED = /^(?<id>\d+) *: (?<indent>(?:┆ ?)*)(?<rest>.*)$/
const OUTPUT = /^\[[0-9hms.]+\] \| ?(?<text>.*)$/
const ENDED = / (?<how>DONE|CACHED|ERROR|CANCELED)(?: \[[0-9hms.]+\].*)?$/

/**
 * @param {string} line
 * @returns {ProgressLine}
 */
export function readProgressLine(line) {
  const plain = stripEscapes(line)
  const numbered = NUMBERED.exec(plain)?.groups
  if (!numbered) return { kind: "other", text: plain }
  const rest = numbered.rest ?? ""
  const output = OUTPUT.exec(rest)?.groups
  if (output) return readOutput(output.text ?? "")
  const ending = ENDED.exec(rest)
  return {
    kind: "step",
    id: Number(numbered.id),
    title: ending ? rest.slice(0, ending.index) : rest,
    depth: (numbered.indent?.match(/┆/g) ?? []).length,
    ended: ending !== null,
    failed: ending?.groups?.how === "ERROR",
  }
}

/**
 * @param {string} text
 * @returns {ProgressLine}
 */
function readOutput(text) {
  if (!text.startsWith(EVENT_PREFIX)) return { kind: "output", text }
  const parsed = parse(text)
  if (parsed?.pipelineEvent !== EVENT_VERSION || !isEvent(parsed)) return { kind: "output", text }
  return { kind: "event", event: parsed, text }
}

/**
 * @param {Record<string, unknown>} value
 * @returns {value is Event & Record<string, unknown>}
 */
function isEvent(value) {
  if (value.event === "run-started") return isRunId(value.id) && Array.isArray(value.services)
  if (value.event === "stage-started")
    return typeof value.service === "string" && typeof value.stage === "string"
  if (value.event === "row")
    return typeof value.row === "object" && value.row !== null && "service" in value.row
  return value.event === "run-finished" || value.event === "run-planned"
}

/**
 * The id becomes a file name, and any container could print an event.
 *
 * @param {unknown} id
 */
function isRunId(id) {
  return typeof id === "string" && /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(id)
}

/**
 * @param {string} text
 * @returns {Record<string, unknown> | undefined}
 */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @param {string} text */
export function stripEscapes(text) {
  return text.replace(ESCAPES, "").replace(/\r$/, "")
}
