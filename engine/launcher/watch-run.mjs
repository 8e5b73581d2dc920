import { readFileSync } from "node:fs"
import { join } from "node:path"
import { freeSpace, RUN_NEEDS } from "../lib/disk.mjs"
import { formatError, isDiskFull } from "../lib/errors.mjs"
import { HOME } from "../lib/paths.mjs"
import { diskFull } from "../lib/process.mjs"
import { watchEngine } from "./engine-watch.mjs"
import { findEnvLine, userDefaultWarning } from "./env-files.mjs"
import { ExportWatch } from "./export-watch.mjs"
import {
  readFailure,
  tellsOfLostEngine,
  tellsOfStaleResult,
  tellsOfUnfetchedModule,
  tellsOfUnreadConstructor,
  unreadableEnvLine,
} from "./failure.mjs"
import { passThrough } from "./passthrough.mjs"
import { gitAddress, readBlueprint, splitSource } from "./pin.mjs"
import { readProgressLine } from "./progress-lines.mjs"
import { rowLine } from "./row-lines.mjs"
import { RunFiles } from "./run-files.mjs"
import { RunProgress } from "./run-progress.mjs"
import { Screen } from "./screen.mjs"
import { quote } from "./shell.mjs"

/** Exit code of a run that could not be carried out. */
const COULD_NOT_KNOW = 3
const KEPT_LINES = 20_000
const SHOWN_LINES = 20
/** What our own progress is while dagger shows its. */
const QUIET = { status: () => "", live: () => [] }

/** Bytes that are as good as none to an engine. */
const NOTHING_LEFT = 200e6

/**
 * @typedef {object} WatchedRun
 * @property {string} command
 * @property {string[]} args
 * @property {string} root of the repository
 * @property {NodeJS.ProcessEnv} environment
 * @property {{size: string, flags: string[]} | undefined} upload what goes to the engine
 * @property {boolean} raw show dagger's own progress instead of ours
 * @property {(rows: import("./progress-lines.mjs").Row[]) => Promise<void>} [onRows] gets the rows of a run that ended by itself
 * @property {() => Promise<boolean>} engineIsGone asked during the run and after a failure
 * @property {() => Promise<boolean>} [renewEngine] starts the engine anew, for one that can't load the module any more; gives whether it did
 * @property {number} [exportLimitMs] how long the cache may take to be written after the run
 * @property {(why: string) => void} [onExportEnded] called when writing it was given up
 */

/**
 * Runs dagger, shows a calm progress of our own on standard error, and keeps
 * what happens in the repository's `.pipeline/runs`.
 *
 * @param {WatchedRun} run
 * @returns {Promise<number>} dagger's exit code; 3 when the engine was lost
 */
export async function watchRun(run) {
  const again = async () => (await watchOnce({ ...run, isLast: true })) ?? COULD_NOT_KNOW
  return (await watchOnce(run)) ?? again()
}

/**
 * @param {WatchedRun & {isLast?: boolean}} run isLast: a call that fails before anything ran is not repeated
 * @returns {Promise<number | undefined>} undefined when nothing ran and another call may do better
 */
async function watchOnce({
  command,
  args,
  root,
  environment,
  upload,
  raw,
  onRows,
  engineIsGone,
  renewEngine,
  exportLimitMs,
  onExportEnded = () => {},
  isLast = false,
}) {
  const progress = new RunProgress(Date.now, upload)
  const screen = new Screen(raw ? QUIET : progress)
  const warn = (/** @type {string} */ text) => screen.line(`pipeline: warning: ${text}`)
  const files = new RunFiles(root, warn)
  /** @type {string[]} */
  const lines = []
  const onLine = (/** @type {string} */ text) => {
    lines.push(text)
    if (lines.length > 2 * KEPT_LINES) lines.splice(0, KEPT_LINES)
    const line = readProgressLine(text)
    exporting.take(line)
    if (line.kind === "event") {
      if (line.event.event === "run-started") files.rename(line.event.id)
      files.addEvent(line.text)
    }
    const warning =
      line.kind === "output" || line.kind === "other"
        ? userDefaultWarning(line.text, root)
        : undefined
    if (warning) warn(warning)
    const shown = progress.take(line, { colour: screen.colour })
    if (shown && !raw) screen.line(shown)
  }
  let lost = false
  let stopLooking = () => {}
  /** @type {import("node:child_process").ChildProcess | undefined} */
  let dagger
  const exporting = new ExportWatch(exportLimitMs, () => dagger?.kill("SIGKILL"))
  let ending
  try {
    ending = await passThrough(command, args, {
      cwd: root,
      env: environment,
      stdio: ["inherit", "inherit", "pipe"],
      onStart: (child) => {
        dagger = child
        readLines(child.stderr, {
          onLine,
          onChunk: (chunk) => (files.addOutput(chunk), raw && process.stderr.write(chunk)),
        })
        stopLooking = watchEngine(engineIsGone, () => {
          lost = true
          child.kill("SIGTERM")
        })
      },
    })
  } finally {
    stopLooking()
    exporting.stop()
    screen.close()
  }
  const { exitCode, signal } = ending
  files.close({ keepLog: exitCode !== 0 })
  if (!lost && !signal && progress.finished) await onRows?.(progress.rows)
  if (exitCode === 0) return 0
  if (progress.verdict !== undefined && exporting.running && (lost || exporting.late)) {
    onExportEnded(lost ? "the engine was lost meanwhile" : "the registry took too long")
    return showVerdict(progress, progress.verdict)
  }
  if (lost) {
    // It ends itself when it can't write its records any more, and says so only in its log.
    if ((await freeSpace(HOME)) < NOTHING_LEFT) tellOfFullDisk()
    return explainLoss({ message: "nothing answers there any more", progress, files })
  }
  if (signal) {
    process.stderr.write(
      `pipeline: ended by ${signal}${files.hasEvents ? `; what had finished is kept in ${files.eventsFile}` : ""}\n`,
    )
    return exitCode
  }
  const message = readFailure(lines)?.message ?? ""
  const renewed = !isLast && renewEngine && tellsOfStaleResult(message) && (await renewEngine())
  if (renewed) return undefined
  if (!isLast && tellsOfUnreadConstructor(message, lines)) {
    process.stderr.write("pipeline: the engine lost what it had just made; calling it once more\n")
    return undefined
  }
  return explainFailure({ exitCode, lines, progress, files, root, raw, engineIsGone })
}

/**
 * @param {{exitCode: number, lines: string[], progress: RunProgress, files: RunFiles, root: string, raw: boolean, engineIsGone: () => Promise<boolean>}} ended
 * @returns {Promise<number>} exit code
 */
async function explainFailure({ exitCode, lines, progress, files, root, raw, engineIsGone }) {
  const failure = readFailure(lines)
  // A service's own output may name the error too: the disk itself has the last word.
  // Without any room left, whatever failed says so in words of its own.
  const free = await freeSpace(HOME)
  const isFull = free < NOTHING_LEFT || (free < RUN_NEEDS && isDiskFull(lines.join("\n")))
  if (isFull) tellOfFullDisk()
  // The step that prints our table ended with a code of its own: nothing was lost.
  if (failure?.stdout !== undefined) {
    process.stdout.write(failure.stdout)
    if (failure.stderr && !raw) process.stderr.write(failure.stderr)
    return exitCode
  }
  const message = failure?.message ?? lines.slice(-SHOWN_LINES).join("\n")
  if (tellsOfStaleResult(message)) return explainStaleResult(message, files)
  if (await engineIsGone()) return explainLoss({ message, progress, files })
  const blueprint = tellsOfUnfetchedModule(message) ? readBlueprint(root) : undefined
  if (blueprint?.pin !== undefined) return explainUnfetched(message, { root, blueprint, files })
  if (tellsOfLostEngine(message)) return explainLoss({ message, progress, files })
  if (!raw) {
    const envLine = unreadableEnvLine(message)
    process.stderr.write(envLine ? envError(envLine, root) : `${shorten(message)}\n`)
    process.stderr.write(`pipeline: everything dagger said is in ${files.logFile}\n`)
  }
  return isFull ? COULD_NOT_KNOW : exitCode
}

function tellOfFullDisk() {
  process.stderr.write(`${formatError(diskFull("the run"))}\n`)
}

/**
 * What dagger would have printed after writing the cache.
 *
 * @param {RunProgress} progress
 * @param {number} verdict
 */
function showVerdict({ rows, services }, verdict) {
  const lines = rows.map((row) => rowLine(row, { services }))
  const word = verdict === 0 ? "PASSED" : "FAILED"
  process.stdout.write(`${[...lines, `${word}: all ${rows.length} stages had ended`].join("\n")}\n`)
  return verdict
}

/** @param {{message: string, progress: RunProgress, files: RunFiles}} lost */
function explainLoss({ message, progress, files }) {
  const { rows, services } = progress
  const kept = rows.map((row) => rowLine(row, { services }))
  if (kept.length > 0)
    process.stdout.write(
      `${kept.join("\n")}\nINCOMPLETE: the engine was lost after ${rows.length} stages\n`,
    )
  process.stderr.write(
    `pipeline: ${services.length > 0 ? "the engine was lost in the middle of the run" : "the engine can't be reached"}: ${shorten(message)}\n` +
      (files.hasEvents ? `  what had finished is kept in ${files.eventsFile}\n` : "") +
      `  everything dagger said is in ${files.logFile}\n` +
      "  next: run the same command again; finished steps are cached\n",
  )
  return COULD_NOT_KNOW
}

/**
 * @param {string} message
 * @param {RunFiles} files
 */
function explainStaleResult(message, files) {
  process.stderr.write(
    `pipeline: the engine can't load the module: what it needs belongs to a session whose data is gone, and another session still holds it: ${shorten(message)}\n` +
      `  everything dagger said is in ${files.logFile}\n` +
      "  next: run the same command when the other runs have ended; or start the engine anew, which ends them: `./pipeline engine down`\n",
  )
  return COULD_NOT_KNOW
}

/**
 * @param {string} message
 * @param {{root: string, blueprint: import("./pin.mjs").Blueprint, files: RunFiles}} pinned
 */
function explainUnfetched(message, { root, blueprint: { source, pin }, files }) {
  const { address } = splitSource(source)
  process.stderr.write(
    `pipeline: the engine can't fetch the pipeline's module: ${shorten(message)}\n` +
      `  ${lineOf(join(root, "dagger.json"), JSON.stringify(source))} names ${source}, commit ${pin}\n` +
      `  everything dagger said is in ${files.logFile}\n` +
      `  next: look whether that server has it (\`git ls-remote ${quote(gitAddress(address))}\`) and the engine reaches it; \`./pipeline update\` moves to a version that is there\n`,
  )
  return COULD_NOT_KNOW
}

/**
 * @param {string} file
 * @param {string} text
 * @returns {string} file and line of a text in it
 */
function lineOf(file, text) {
  const [before = "", ...after] = readFileSync(file, "utf8").split(text)
  return after.length === 0 ? file : `${file}:${before.split("\n").length}`
}

/**
 * @param {{line: string, why: string}} unreadable
 * @param {string} root
 */
function envError({ line, why }, root) {
  const found = findEnvLine(line, root)
  return (
    `pipeline: dagger reads .env files and can't read ${found ? `${found.file}:${found.line}` : "a line of one"}: ${line.trim()}\n  ${why}\n` +
    "  next: write it as NAME=value on one line, with quotes that are closed and no `export`, or give the file another name\n"
  )
}

/** @param {string} message */
function shorten(message) {
  const lines = message.split("\n")
  return lines.length <= SHOWN_LINES
    ? message
    : [...lines.slice(0, 2), "...", ...lines.slice(3 - SHOWN_LINES)].join("\n")
}

/**
 * @param {import("node:stream").Readable | null} stream
 * @param {{onLine: (line: string) => void, onChunk: (chunk: Buffer) => void}} handlers
 */
function readLines(stream, { onLine, onChunk }) {
  const decoder = new TextDecoder()
  let rest = ""
  stream?.on("data", (chunk) => {
    onChunk(chunk)
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n")
    rest = parts.pop() ?? ""
    for (const part of parts) onLine(part)
  })
  stream?.on("end", () => rest !== "" && onLine(rest))
}
