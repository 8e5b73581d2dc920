import { chooseEngine } from "./choose-engine.mjs"
import { SHIM_FOLDER } from "./dagger-cli.mjs"
import { readyEngine } from "./ready-engine.mjs"
import { registryCache } from "./registry-cache.mjs"
import { findUp } from "./repository.mjs"
import { exportLines } from "./shell.mjs"
import { installShim } from "./shim.mjs"

/**
 * Brings the engine up and prints the lines that make `dagger call` in a shell use it.
 *
 * @param {{install: boolean}} options
 * @returns {Promise<number>} exit code
 */
export async function printEngineEnvironment({ install }) {
  const { dagger, variables } = await readyEngine(await chooseEngine(), { install })
  await installShim(dagger)
  const root = findUp(process.cwd(), "dagger.json")
  const cache =
    root === undefined
      ? undefined
      : await registryCache({
          environment: process.env,
          root,
          name: undefined,
          functionArguments: [],
          engineIsEmpty: async () => false,
        })
  process.stdout.write(exportLines({ ...variables, ...cache?.variables }, SHIM_FOLDER))
  return 0
}
