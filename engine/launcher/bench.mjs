import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { passThrough } from "./passthrough.mjs"
import { usage } from "./arguments.mjs"

const PROGRAM = fileURLToPath(new URL("../../bench/run.mjs", import.meta.url))

/**
 * Runs the benchmarks, which lie beside the kit in its own repository only.
 *
 * @param {string[]} words what follows `bench`
 * @returns {Promise<number>} exit code
 * @throws {import("../lib/errors.mjs").KitError} USAGE where they were not copied along
 */
export async function runBench(words) {
  if (!existsSync(PROGRAM))
    throw usage(
      "there is no bench folder beside this program: the pipeline's own repository has it",
    )
  const { exitCode } = await passThrough(process.execPath, [PROGRAM, ...words], {
    stdio: "inherit",
  })
  return exitCode
}
