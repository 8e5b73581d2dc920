import { formatError, KitError } from "../lib/errors.mjs"
import { watchForSignals } from "./interruption.mjs"

/**
 * Runs the program: its end, its error or a signal becomes the process's exit code.
 *
 * @param {() => Promise<number>} main
 */
export async function runProgram(main) {
  const interrupted = watchForSignals()
  try {
    const exitCode = await main()
    process.exitCode = interrupted() ?? exitCode
  } catch (error) {
    const code = interrupted()
    process.stderr.write(
      code === undefined
        ? `${formatError(error)}\n`
        : "pipeline: interrupted; what was finished is kept\n",
    )
    process.exitCode = code ?? (error instanceof KitError ? error.exitCode : 1)
  }
}
