import { formatError, KitError } from "../lib/errors.mjs"
import { splitArguments } from "./arguments.mjs"
import { runBench } from "./bench.mjs"
import { runCall } from "./call.mjs"
import { runEngineCommand } from "./engine-commands.mjs"
import { HELP, version } from "./help.mjs"
import { watchForSignals } from "./interruption.mjs"

/**
 * @param {string[]} words
 * @returns {Promise<number>} exit code
 */
async function main(words) {
  const command = splitArguments(words)
  if (command.kind === "help") return print(HELP)
  if (command.kind === "version") return print(await version())
  if (command.kind === "engine") return runEngineCommand(command)
  if (command.kind === "bench") return runBench(command.words)
  return runCall(command)
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`)
  return 0
}

const interrupted = watchForSignals()
try {
  const exitCode = await main(process.argv.slice(2))
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
