import { spawn } from "node:child_process"
import { constants, createWriteStream } from "node:fs"
import { access, stat } from "node:fs/promises"
import { delimiter, join } from "node:path"
import { isDiskFull, KitError } from "./errors.mjs"

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] added to this process's environment; undefined removes
 * @property {string} [input] written to the command's standard input
 * @property {string} [log] file that receives all output as well
 * @property {boolean} [allowFailure] return the exit code instead of throwing
 * @property {number} [timeoutMs] kill the command after this long
 */

/**
 * @typedef {object} RunResult
 * @property {number} exitCode 128 + signal number when a signal ended it, 127 when it could not start
 * @property {string} stdout
 * @property {string} stderr
 */

const TAIL_LINES = 15

/**
 * Runs a command to its end: the kit's one seam for processes that finish.
 *
 * @param {string} command
 * @param {string[]} args never passed through a shell
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 * @throws {KitError} COMMAND_FAILED with the last lines of output, DISK_FULL when they say so
 */
export async function run(command, args, options = {}) {
  const result = await collect(command, args, options)
  if (result.exitCode === 0 || options.allowFailure) return result
  const tail = `${result.stdout}\n${result.stderr}`
    .trim()
    .split("\n")
    .slice(-TAIL_LINES)
    .join("\n  ")
  if (isDiskFull(tail)) throw diskFull(`${command} ran out of disk space`)
  throw new KitError(
    "COMMAND_FAILED",
    `\`${command} ${args.join(" ").slice(0, 160)}\` ended with ${result.exitCode}:\n  ${tail}`,
    {
      exitCode: 1,
      next: options.log ? `read ${options.log}` : undefined,
    },
  )
}

/**
 * @param {string} what
 * @returns {KitError}
 */
export function diskFull(what) {
  return new KitError("DISK_FULL", `${what}: the disk is full`, {
    exitCode: 1,
    next: "free some space (`./pipeline engine prune` drops what the engine cached, `df -h` shows the rest), then run the same command again: what was finished is kept",
  })
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<RunResult>}
 */
function collect(command, args, { cwd, env, input, log, timeoutMs }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: mergeEnv(env),
      stdio: ["pipe", "pipe", "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    })
    running.add(child)
    const file = log ? createWriteStream(log, { flags: "a" }) : undefined
    // A log on a full disk must not hide the command's own error.
    file?.on("error", () => {})
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (chunk) => {
      stdout = keepEnd(stdout + chunk)
      file?.write(chunk)
    })
    child.stderr.on("data", (chunk) => {
      stderr = keepEnd(stderr + chunk)
      file?.write(chunk)
    })
    child.stdin.on("error", () => {})
    child.stdin.end(input ?? "")
    child.on("error", (error) => {
      running.delete(child)
      file?.end()
      resolve({ exitCode: 127, stdout, stderr: `${stderr}${error.message}` })
    })
    child.on("close", (code, signal) => {
      running.delete(child)
      file?.end()
      resolve({ exitCode: code ?? 128 + (signal === "SIGKILL" ? 9 : 15), stdout, stderr })
    })
  })
}

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set()

/**
 * Ends every command that runs, so that the work waiting for it fails and
 * cleans up: without it a signal to this process alone would leave them behind.
 */
export function stopCommands() {
  for (const child of running) child.kill("SIGTERM")
}

const KEEP_CHARACTERS = 8 * 1024 * 1024

/** @param {string} text */
function keepEnd(text) {
  return text.length > KEEP_CHARACTERS ? text.slice(-KEEP_CHARACTERS) : text
}

/**
 * This process's environment with changes; undefined removes a variable.
 *
 * @param {Record<string, string | undefined>} [changes]
 * @returns {NodeJS.ProcessEnv}
 */
export function mergeEnv(changes = {}) {
  const merged = { ...process.env, ...changes }
  for (const [name, value] of Object.entries(changes)) if (value === undefined) delete merged[name]
  return merged
}

/** Where root's tools are, even when PATH leaves it out. */
const SYSTEM_PATH = ["/usr/sbin", "/sbin", "/usr/local/sbin"]

/**
 * Where a command is, as the shell would find it; without starting one, because every run asks for a dozen.
 *
 * @param {string} command
 * @returns {Promise<string | undefined>}
 */
export async function which(command) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...SYSTEM_PATH]
  for (const folder of folders.filter((name) => name !== "")) {
    const file = join(folder, command)
    if (await isProgram(file)) return file
  }
  return undefined
}

/** @param {string} file */
async function isProgram(file) {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}

/**
 * Whether a process of this id lives.
 *
 * @param {number} pid
 * @returns {boolean}
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM"
  }
}
