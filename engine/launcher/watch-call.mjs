import { runCall } from "./call.mjs"
import { findRepository } from "./repository.mjs"
import { checkoutState, describeFiles, untilChanged } from "./watch-files.mjs"

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
  /** @type {Set<string>} */
  const told = new Set()
  // Which engine, cache and command it is was said before the first run, and is said again when it differs.
  const tell = (/** @type {string} */ text) => {
    if (!told.has(text)) process.stderr.write(`pipeline: ${text}\n`)
    told.add(text)
  }
  for (;;) {
    // From before the run: what is edited while it runs is the next run's.
    const before = await checkoutState(root)
    const exitCode = await runCall(call, { tell })
    if (ending.signal.aborted) return exitCode
    // Dagger ends its output without a line break where that goes to no terminal.
    process.stderr.write(
      `\npipeline: ended with ${exitCode}; watching ${before.size.toLocaleString("en-US")} files (Ctrl-C ends)\n`,
    )
    const changed = await untilChanged(root, before, ending.signal)
    if (changed.length === 0) return exitCode
    process.stderr.write(`\npipeline: changed: ${describeFiles(changed)}\n`)
  }
}
