import { formatError, KitError } from "../lib/errors.mjs"
import { splitArguments } from "./arguments.mjs"
import { runCall } from "./call.mjs"
import { runEngineCommand } from "./engine-commands.mjs"
import { HELP, version } from "./help.mjs"

/**
 * @param {string[]} words
 * @returns {Promise<number>} exit code
 */
async function main(words) {
  const command = splitArguments(words)
  if (command.kind === "help") return print(HELP)
  if (command.kind === "version") return print(await version())
  if (command.kind === "engine") return runEngineCommand(command)
  return runCall(command)
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`)
  process.exitCode = error instanceof KitError ? error.exitCode : 1
}
