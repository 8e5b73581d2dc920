import { mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const FOLDER = fileURLToPath(new URL("../../ci/src/languages/python", import.meta.url))

/** @typedef {{ files: Record<string, string>, folder: string, script: string }} Step */
/** @typedef {Step & { programs: string[], first?: Step }} Plan */

/**
 * The module's own answer to what a service's manifests install, and how it makes the tools that install.
 *
 * @returns {Promise<{plan: (texts: Record<string, string>) => Promise<Plan>, makeTools: string}>} `plan` takes the files
 *   of a service, by name; `makeTools` is a shell script
 */
export async function loadPlanner() {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-bench-"))
  try {
    const outfile = join(folder, "plan.cjs")
    const contents = `export * from "./dependencies.js"; export * from "./script.js"`
    const stdin = { contents, resolveDir: FOLDER, loader: /** @type {const} */ ("ts") }
    await build({ stdin, bundle: true, platform: "node", format: "cjs", outfile })
    const { pythonDependencies, MAKE_TOOLS } = createRequire(import.meta.url)(outfile)
    const plan = (/** @type {Record<string, string>} */ texts) =>
      pythonDependencies({
        service: { path: ".", testCommand: "pytest" },
        libraries: [],
        files: {
          paths: Object.keys(texts),
          has: (/** @type {string} */ path) => path in texts,
          read: async (/** @type {string} */ path) => texts[path],
        },
      })
    return { plan, makeTools: MAKE_TOOLS }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
