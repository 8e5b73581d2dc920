/** @typedef {import("./progress-lines.mjs").Row} Row */

const MARKS = { passed: "ok", failed: "FAILED", error: "ERROR", skipped: "-" }
const FLAKY = { mark: "FLAKY", colour: 33 }
const COLOURS = { passed: 32, failed: 31, error: 31, skipped: 2 }
const WIDEST_NAME = 32

/**
 * A finished stage as one line of progress.
 *
 * @param {Row} row
 * @param {{services: string[], position?: string, colour?: boolean}} options services: all of the run, for the width of the column
 * @returns {string}
 */
export function rowLine(row, { services, position = "", colour = false }) {
  const width = nameWidth(services)
  const time = row.status === "skipped" ? "" : `${row.seconds.toFixed(1)}s`
  const mark = (row.flaky ? FLAKY.mark : MARKS[row.status]).padEnd(6)
  const shade = row.flaky ? FLAKY.colour : COLOURS[row.status]
  const line = [
    time.padStart(8),
    colour ? `\u001b[${shade}m${mark}\u001b[0m` : mark,
    row.service.padEnd(width),
    row.stage.padEnd(9),
    [note(row), position].filter(Boolean).join("   "),
  ]
  return line.join("  ").trimEnd()
}

/**
 * How wide a column of these services is.
 *
 * @param {string[]} services
 */
export function nameWidth(services) {
  return Math.min(WIDEST_NAME, Math.max(0, ...services.map((name) => name.length)))
}

/** @param {Row} row */
function note({ status, reason, counts, coverage, warnings, cached }) {
  if (status !== "passed") return reason
  const tests = counts ? `${counts.passed} of ${counts.total} tests passed` : ""
  const covered = typeof coverage === "number" ? `${coverage.toFixed(1)} % covered` : ""
  return [tests, covered, cached ? "cached" : "", ...(warnings ?? [])].filter(Boolean).join(", ")
}

/**
 * @param {number} milliseconds
 * @returns {string} e.g. "4 s", "2 min 5 s"
 */
export function elapsed(milliseconds) {
  const seconds = Math.round(milliseconds / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
