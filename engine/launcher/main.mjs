import { splitArguments } from "./arguments.mjs"
import { runProgram } from "./program.mjs"

/**
 * Loads only what the command needs: a plan on the host takes no longer than its start.
 *
 * @param {string[]} words
 * @returns {Promise<number>} exit code
 */
async function main(words) {
  const command = splitArguments(words)
  switch (command.kind) {
    case "help":
      return print((await import("./help.mjs")).HELP)
    case "version":
      return print(await (await import("./help.mjs")).version())
    case "engine":
      return (await import("./engine-commands.mjs")).runEngineCommand(command)
    case "bench":
      return (await import("./bench.mjs")).runBench(command.words)
    case "init":
      return (await import("./init.mjs")).runInit(command.words)
    case "update":
      return (await import("./update.mjs")).runUpdate(command.words)
    case "local-plan":
      return (await import("./local-plan.mjs")).runLocalPlan(command)
    case "call":
      if (command.watch) return (await import("./watch-call.mjs")).watchCall(command)
      return (await import("./call.mjs")).runCall(command)
  }
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`)
  return 0
}

await runProgram(() => main(process.argv.slice(2)))
