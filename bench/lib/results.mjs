import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** @typedef {import("./paired.mjs").Series} Series */

/**
 * @typedef {object} Result
 * @property {1} version of this format
 * @property {string} date ISO 8601
 * @property {string} commit of the checkout, with "+" when it had changes
 * @property {import("./machine.mjs").Machine} machine
 * @property {{name: string, series: Series[]}[]} benches
 */

const FOLDER = fileURLToPath(new URL("../results", import.meta.url))
const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url))

/** @returns {string} the commit that is measured, e.g. "91be4b70+" */
export function measuredCommit() {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync("git", args, { cwd: CHECKOUT, encoding: "utf8" }).trim()
  const dirty = git("status", "--porcelain", "--", "ci", "engine", "pipeline") !== ""
  return `${git("rev-parse", "--short=8", "HEAD")}${dirty ? "+" : ""}`
}

/**
 * Writes a result beside the earlier ones; its name sorts by time.
 *
 * @param {Result} result
 * @returns {string} the file
 */
export function writeResult(result) {
  mkdirSync(FOLDER, { recursive: true })
  const names = result.benches.map(({ name }) => name).join("-")
  const moment = result.date.slice(0, 19).replace(/[-:]/g, "")
  const file = join(FOLDER, `${moment}-${result.commit.replace("+", "-changed")}-${names}.json`)
  writeFileSync(file, `${JSON.stringify(result, rounded, 2)}\n`)
  return file
}

/**
 * Four digits are more than any measurement is worth.
 *
 * @param {string} _key
 * @param {unknown} value
 */
function rounded(_key, value) {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value
}

/**
 * @param {string} file
 * @returns {Result}
 * @throws {Error} when it is not a result
 */
export function readResult(file) {
  const result = JSON.parse(readFileSync(file, "utf8"))
  if (result.version !== 1 || !Array.isArray(result.benches))
    throw new Error(`${file} is not a result of this program: it has no "version": 1`)
  return result
}

/**
 * For each bench its newest result, as one: not every run measures all of them.
 *
 * @param {readonly string[]} names of benches
 * @param {string} [folder]
 * @returns {Result | undefined} undefined when none was ever measured
 */
export function lastResults(names, folder = FOLDER) {
  const files = existsSync(folder)
    ? readdirSync(folder).filter((file) => file.endsWith(".json"))
    : []
  const results = files
    .sort()
    .reverse()
    .map((file) => readResult(join(folder, file)))
  const benches = names.flatMap((name) => {
    const found = results.flatMap((result) => result.benches.filter((bench) => bench.name === name))
    return found.slice(0, 1)
  })
  const [newest] = results
  return newest === undefined || benches.length === 0 ? undefined : { ...newest, benches }
}
