import { appendFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { timeDagger } from "./engine.mjs"
import { commitAll, copyCheckout } from "./repository.mjs"

/**
 * This checkout as a repository of its own, with its eight example services.
 *
 * @param {import("./engine.mjs").Engine} engine
 * @param {(folder: string) => void} [prepare] changes the copy before it is committed
 */
export function pipelineRepository(engine, prepare = () => {}) {
  const folder = copyCheckout()
  prepare(folder)
  commitAll(folder)
  return {
    /** @param {string[]} args of `dagger call` */
    call: (...args) => timeDagger(engine, ["call", ...args], { cwd: folder }),
    /** Changes the module, never twice to the same text. */
    edit: () => appendFileSync(join(folder, "ci/src/index.ts"), `// ${process.hrtime.bigint()}\n`),
    delete: () => rmSync(folder, { recursive: true, force: true }),
  }
}
