import { existsSync } from "node:fs"
import { readFile, rm, writeFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { isAlive } from "./process.mjs"

const STOP_TIMEOUT_MS = 30_000

/**
 * Records a process, with its start time: a pid alone may belong to somebody else tomorrow.
 *
 * @param {string} file
 * @param {number} pid
 */
export async function writePid(file, pid) {
  await writeFile(file, JSON.stringify({ pid, started: await startTime(pid) }))
}

/**
 * The recorded process, if it still lives and is the same one; a stale file is removed.
 *
 * @param {string} file
 * @param {string} program what its command line must name
 * @returns {Promise<number | undefined>}
 */
export async function readPid(file, program) {
  if (!existsSync(file)) return undefined
  const record = parse(await readFile(file, "utf8"))
  if (
    record &&
    isAlive(record.pid) &&
    (await startTime(record.pid)) === record.started &&
    (await commandLine(record.pid)).includes(program)
  ) {
    return record.pid
  }
  await rm(file, { force: true })
  return undefined
}

/**
 * Ends the recorded process: TERM, and KILL when it takes longer than 30 s.
 *
 * @param {string} file
 * @param {string} program
 * @returns {Promise<boolean>} whether there was one
 */
export async function stopByPid(file, program) {
  const pid = await readPid(file, program)
  if (pid === undefined) return false
  process.kill(pid, "SIGTERM")
  const deadline = Date.now() + STOP_TIMEOUT_MS
  while (isRunning(pid, await state(pid)) && Date.now() < deadline) await sleep(50)
  if (isRunning(pid, await state(pid))) process.kill(pid, "SIGKILL")
  await rm(file, { force: true })
  return true
}

/**
 * A zombie waits for its parent only; it has let go of everything.
 *
 * @param {number} pid
 * @param {string} processState
 */
function isRunning(pid, processState) {
  return isAlive(pid) && processState !== "Z"
}

/** @param {string} text */
function parse(text) {
  try {
    const { pid, started } = JSON.parse(text)
    return Number.isInteger(pid) ? { pid, started } : undefined
  } catch {
    return undefined
  }
}

/** @param {number} pid */
async function commandLine(pid) {
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ")
}

/**
 * The fields of /proc/PID/stat after the command name, which may itself hold spaces: state first (proc(5), field 3).
 *
 * @param {number} pid
 */
async function statFields(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")
}

/** @param {number} pid */
async function state(pid) {
  return (await statFields(pid))[0] ?? ""
}

/** @param {number} pid clock ticks since boot (proc(5), field 22) */
async function startTime(pid) {
  return (await statFields(pid))[19] ?? ""
}
