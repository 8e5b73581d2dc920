import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { timeDagger } from "./engine.mjs"
import { git } from "./repository.mjs"

const MODULE = fileURLToPath(new URL("../hop/module", import.meta.url))

/**
 * The peer of most benches: a module whose functions do nothing, in a repository of its own.
 *
 * @param {import("./engine.mjs").Engine} engine
 */
export function emptyModule(engine) {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-bench-"))
  cpSync(MODULE, folder, { recursive: true })
  git(folder, "init", "--quiet")
  return {
    /** @param {"cached" | "uncached"} name */
    call: async (name) => (await timeDagger(engine, ["call", name], { cwd: folder })).seconds,
    delete: () => rmSync(folder, { recursive: true, force: true }),
  }
}
