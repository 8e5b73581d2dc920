import { down, up } from "../lib/kit.mjs"
import { usage } from "./arguments.mjs"
import { printEngineEnvironment } from "./engine-env.mjs"

/** @type {Record<string, (words: string[], options: {install: boolean}) => Promise<number>>} */
const COMMANDS = {
  up: (_, options) => up(options).then(() => 0),
  down: () => down().then(() => 0),
  env: (_, options) => printEngineEnvironment(options),
}

/**
 * Runs `engine ...`.
 *
 * @param {import("./arguments.mjs").EngineCommand} command
 * @returns {Promise<number>} exit code
 */
export async function runEngineCommand({ words: [name = "", ...rest], install }) {
  const command = COMMANDS[name]
  if (!command) throw usage(`\`engine ${name}\` is not a command: there are ${Object.keys(COMMANDS).join(", ")}`)
  return command(rest, { install })
}
