import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** @typedef {import("./progress-lines.mjs").Row} Row */

/** The newest runs say enough; reading all of them would take longer than planning. */
const RUNS_READ = 10
const ROW_EVENT = '"event":"row"'

/**
 * How long each service took when it last ran: the sum of its stages, each as it was last measured.
 *
 * @param {string} root of the repository
 * @returns {Record<string, number>} seconds by service name
 */
export function earlierTimings(root) {
  /** @type {Map<string, Map<string, number>>} */
  const services = new Map()
  for (const { service, stage, status, cached, seconds } of newestRows(root)) {
    // A reused result took no time, and a failed one may have ended early.
    if (status !== "passed" || cached !== false) continue
    const stages = services.get(service) ?? new Map()
    services.set(service, stages)
    if (!stages.has(stage)) stages.set(stage, seconds)
  }
  const sums = [...services].map(([name, stages]) => [name, sum([...stages.values()])])
  return Object.fromEntries(sums.sort())
}

/**
 * Writes the timings where a function can be given them as a file.
 *
 * @param {string} root
 * @returns {string | undefined} path relative to the root; undefined when no run is known
 */
export function writeTimings(root) {
  const timings = earlierTimings(root)
  if (Object.keys(timings).length === 0) return undefined
  const path = join(".pipeline", "timings.json")
  mkdirSync(join(root, ".pipeline"), { recursive: true })
  writeFileSync(join(root, path), `${JSON.stringify(timings)}\n`)
  return path
}

/**
 * @param {string} root
 * @returns {Row[]} of the newest runs, newest first
 */
function newestRows(root) {
  const folder = join(root, ".pipeline", "runs")
  if (!existsSync(folder)) return []
  // Their names sort by time.
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"))
  return files
    .sort()
    .slice(-RUNS_READ)
    .reverse()
    .flatMap((name) => rowsIn(readFileSync(join(folder, name), "utf8")))
}

/** @param {string} events one in each line; the last line of a killed run may be cut off */
function rowsIn(events) {
  return events
    .split("\n")
    .filter((line) => line.includes(ROW_EVENT) && line.endsWith("}"))
    .flatMap((line) => {
      const { event, row } = JSON.parse(line)
      return event === "row" ? [/** @type {Row} */ (row)] : []
    })
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}
