import { runCall } from "./call.mjs"
import { findRepository } from "./repository.mjs"
import { checkoutState, untilChanged } from "./watch-files.mjs"

/**
 * Runs a call, and again whenever a file that git does not ignore changes, until it is interrupted.
 *
 * @param {import("./arguments.mjs").Call} call
 * @returns {Promise<number>} exit code of the last run
 */
export async function watchCall(call) {
  const ending = new AbortController()
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => ending.abort())
  const { root } = await findRepository(process.cwd())
  for (;;) {
    // From before the run: what is edited while it runs is the next run's.
    const { state, files } = await checkoutState(root)
    const exitCode = await runCall(call)
    if (ending.signal.aborted) return exitCode
    process.stderr.write(
      `pipeline: ended with ${exitCode}; watching ${files.length.toLocaleString("en-US")} files (Ctrl-C ends)\n`,
    )
    if (!(await untilChanged(root, state, ending.signal))) return exitCode
    process.stderr.write("\npipeline: files changed\n")
  }
}
