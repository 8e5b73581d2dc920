import { chooseEngine } from "./choose-engine.mjs"
import { describeCall } from "./arguments.mjs"
import { readyEngine } from "./ready-engine.mjs"
import { findRepository } from "./repository.mjs"
import { passThrough } from "./passthrough.mjs"
import { quote } from "./shell.mjs"
import { SHIM } from "./shim.mjs"

/**
 * Runs `dagger call` for the repository of the current directory.
 *
 * @param {import("./arguments.mjs").Call} call
 * @returns {Promise<number>} dagger's exit code
 */
export async function runCall({ daggerFlags, functionArguments, install }) {
  const { root, notes } = await findRepository(process.cwd())
  for (const note of notes) tell(note)
  const choice = await chooseEngine()
  tell(`engine: ${choice.description}`)
  const { dagger, variables } = await readyEngine(choice, { install })
  const words = [...daggerFlags, "call", ...functionArguments]
  tell(`running: dagger ${words.map(quote).join(" ")}`)
  return passThrough("sh", [SHIM, ...words], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...variables, PIPELINE_DAGGER_CLI: dagger },
  })
}

/** @param {string} text */
function tell(text) {
  process.stderr.write(`pipeline: ${text}\n`)
}
