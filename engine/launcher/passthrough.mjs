import { spawn } from "node:child_process"
import { constants } from "node:os"

/** Signals that end a run, and those we hand on to dagger first. */
const PASSED_ON = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])

/**
 * Runs a command in our place and waits for it. Signals go to it first: it ends
 * its work in the engine, then we end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions & {onStart?: (child: import("node:child_process").ChildProcess) => void}} options
 * @returns {Promise<number>} its exit code; 128 + number when a signal ended it or us
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
        if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal)
      }
      process.on(signal, handler)
      return () => process.removeListener(signal, handler)
    })
    child.once("error", (error) => {
      for (const remove of handlers) remove()
      reject(error)
    })
    child.once("close", (code, signal) => {
      for (const remove of handlers) remove()
      const ending = received ?? signal
      resolve(ending ? 128 + (constants.signals[ending] ?? 0) : (code ?? 1))
    })
    onStart?.(child)
  })
}
