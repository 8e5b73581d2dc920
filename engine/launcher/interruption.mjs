import { constants } from "node:os"
import { stopCommands } from "../lib/process.mjs"

/**
 * Lets a signal end the kit's work in order: commands that run are stopped, the
 * work fails and removes what it left half-done, and only then do we end.
 * A second signal ends us at once.
 *
 * @returns {() => number | undefined} the exit code for the signal that came, if one did
 */
export function watchForSignals() {
  if (process.env.GITHUB_ACTIONS === "true") endWithParent()
  /** @type {number | undefined} */
  let exitCode
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      if (exitCode !== undefined) process.exit(exitCode)
      exitCode = 128 + constants.signals[signal]
      stopCommands()
    })
  }
  return () => exitCode
}

const LOOK_EVERY_MS = 500

/**
 * Ends this process as a signal would when the one that started it is gone: the runner of a job that is
 * cancelled ends the shell of the step, and no shell hands that on.
 */
function endWithParent() {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, "SIGTERM")
  }, LOOK_EVERY_MS).unref()
}
