import { mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const SOURCE = fileURLToPath(
  new URL("../../ci/src/languages/python/dependencies.ts", import.meta.url),
)

/** @typedef {{ files: Record<string, string>, folder: string, script: string }} Step */
/** @typedef {Step & { programs: string[], first?: Step }} Plan */

/**
 * The module's own answer to what a service's manifests install.
 *
 * @returns {Promise<(texts: Record<string, string>) => Promise<Plan>>} takes the files of a service, by name
 */
export async function loadPlanner() {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-bench-"))
  try {
    const outfile = join(folder, "plan.cjs")
    await build({ entryPoints: [SOURCE], bundle: true, platform: "node", format: "cjs", outfile })
    const { pythonDependencies } = createRequire(import.meta.url)(outfile)
    return (texts) =>
      pythonDependencies({
        service: { path: ".", testCommand: "pytest" },
        libraries: [],
        files: {
          paths: Object.keys(texts),
          has: (/** @type {string} */ path) => path in texts,
          read: async (/** @type {string} */ path) => texts[path],
        },
      })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
