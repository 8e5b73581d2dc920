import { spawn } from "node:child_process"
import { constants } from "node:os"

/** Signals that end a run, and those we hand on to dagger first. */
const PASSED_ON = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])

/**
 * @typedef {object} Ending
 * @property {number} exitCode 128 + number when a signal ended it or us
 * @property {NodeJS.Signals | undefined} signal
 */

/**
 * Runs a command in our place and waits for it. Signals go to it first: it ends
 * its work in the engine, then we end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions & {onStart?: (child: import("node:child_process").ChildProcess) => void}} options
 * @returns {Promise<Ending>}
 */
export function passThrough(command, args, { onStart, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options)
    /** @type {NodeJS.Signals | undefined} */
    let received
    const handlers = PASSED_ON.map((signal) => {
      const handler = () => {
        received = signal
        // A terminal sends Ctrl-C to the whole group: the child has it already.
        if (signal !== "SIGINT" || !hasTerminal()) child.kill(signal)
      }
      process.on(signal, handler)
      return () => process.removeListener(signal, handler)
    })
    // A second signal ends us at once; what doesn't end by itself must not stay behind.
    const kill = () => child.kill("SIGKILL")
    process.once("exit", kill)
    handlers.push(() => process.removeListener("exit", kill))
    child.once("error", (error) => {
      for (const remove of handlers) remove()
      reject(error)
    })
    child.once("close", (code, ownSignal) => {
      for (const remove of handlers) remove()
      const signal = received ?? ownSignal ?? undefined
      resolve({ exitCode: signal ? 128 + constants.signals[signal] : (code ?? 1), signal })
    })
    onStart?.(child)
  })
}

function hasTerminal() {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
}
