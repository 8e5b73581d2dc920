// @ts-check
import { spawn } from "node:child_process"
import { GatherError } from "./failure.mjs"

/**
 * Starts a process with an argument list and three pipes; tests replace it.
 *
 * @typedef {(command: string, args: string[], options: {cwd: string, env: NodeJS.ProcessEnv}) =>
 *   import("node:child_process").ChildProcessWithoutNullStreams} Run
 */

/** @typedef {{code: number, stdout: Buffer, stderr: string, timedOut: boolean}} Outcome */

/**
 * @typedef {object} ExecOptions
 * @property {NodeJS.ProcessEnv} [env] added to the environment
 * @property {string | Promise<string>} [input] written to standard input
 * @property {number} [timeout] milliseconds that the process has from its input to its end
 */

/**
 * The one way in which this program starts git.
 *
 * @typedef {object} Git
 * @property {(args: string[], options?: ExecOptions) => Promise<Outcome>} exec
 * @property {(args: string[]) => import("node:child_process").ChildProcessWithoutNullStreams} open
 * @property {() => number} count number of processes started
 * @property {() => void} close ends every process that still runs
 */

const TIMEOUT = 60_000

/**
 * Settings that keep a repository's configuration from starting programs or changing what the
 * commands print. A filter driver is not among them: without it, files would look modified.
 */
const HARDENING = [
  "core.quotepath=off",
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.askPass=",
  "diff.external=",
  "log.showSignature=false",
  "gc.auto=0",
  "maintenance.auto=false",
]

/** Variables of the user's surroundings that say how to reach a server or whose settings to read. */
const KEPT = /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|PROXY_\w+|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))$/

/**
 * @param {object} options
 * @param {string} options.cwd
 * @param {NodeJS.ProcessEnv} options.env
 * @param {NodeJS.ProcessEnv} [options.location] variables that say where the repository is
 * @param {string[]} options.settings further `key=value` settings
 * @param {Run} [options.run]
 * @returns {Git}
 */
export function createGit({ cwd, env, location, settings, run = spawnDetached }) {
  const prefix = [...HARDENING, ...settings].flatMap((setting) => ["-c", setting])
  const base = { ...cleanEnvironment(env), ...location }
  /** @type {Set<import("node:child_process").ChildProcess>} */
  const running = new Set()
  let started = 0

  /** @type {(args: string[], extra?: NodeJS.ProcessEnv) => ReturnType<Run>} */
  function start(args, extra) {
    started += 1
    const child = run("git", [...prefix, ...args], { cwd, env: { ...base, ...extra } })
    running.add(child)
    child.once("close", () => running.delete(child))
    child.once("error", () => running.delete(child))
    return child
  }

  return {
    exec: (args, options = {}) => collect(start(args, options.env), options, args),
    open: (args) => start(args),
    count: () => started,
    close: () => running.forEach(endGroup),
  }
}

/**
 * The sentence git ended with, for an error message.
 *
 * @param {Outcome} outcome
 * @returns {string}
 */
export function complaint(outcome) {
  const lines = outcome.stderr
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("hint:"))
  const line = lines.find((each) => /^(fatal|error): /.test(each)) ?? lines.at(-1)
  return line ?? `git ended with exit code ${outcome.code}`
}

/**
 * Everything of the environment but what would point git at another repository or change its
 * behaviour (a hook sets such variables), plus what keeps it from asking and from fetching.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function cleanEnvironment(env) {
  const kept = Object.entries(env).filter(([key]) => !key.startsWith("GIT_") || KEPT.test(key))
  return {
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes",
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "true",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_GRAFT_FILE: "/dev/null",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "",
  }
}

/** @type {Run} */
function spawnDetached(command, args, options) {
  return spawn(command, args, { ...options, detached: true, stdio: "pipe" })
}

/**
 * git starts helpers that can outlive it and hold its pipes open, so the whole group is ended.
 *
 * @param {import("node:child_process").ChildProcess} child
 */
function endGroup(child) {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, "SIGKILL")
  } catch {
    child.kill("SIGKILL")
  }
}

/**
 * @param {ReturnType<Run>} child
 * @param {ExecOptions} options
 * @param {string[]} args
 * @returns {Promise<Outcome>}
 */
function collect(child, { input = "", timeout = TIMEOUT }, args) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const stdout = []
    /** @type {Buffer[]} */
    const stderr = []
    let [timedOut, ended] = [false, false]
    /** @type {NodeJS.Timeout | undefined} */
    let timer
    /** @param {string} text */
    const begin = (text) => {
      if (ended) return
      child.stdin.end(text)
      timer = setTimeout(() => {
        timedOut = true
        stderr.push(Buffer.from(`error: git ${args[0]} did not end within ${timeout / 1000} s\n`))
        endGroup(child)
      }, timeout)
    }
    child.stdout.on("data", (chunk) => stdout.push(chunk))
    child.stderr.on("data", (chunk) => stderr.push(chunk))
    // A process that ends early closes its input; its exit code tells the story.
    child.stdin.on("error", () => {})
    child.once("error", (cause) => {
      ended = true
      clearTimeout(timer)
      reject(new GatherError(2, `git could not be started (${cause.message}). Install git.`))
    })
    child.once("close", (code) => {
      ended = true
      clearTimeout(timer)
      resolve({
        code: code ?? 128,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString("utf8"),
        timedOut,
      })
    })
    if (typeof input === "string") begin(input)
    else input.then(begin, reject)
  })
}
