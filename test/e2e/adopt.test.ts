import { execFile } from "node:child_process"
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { MONOREPOS } from "../unit/adopt/tree.js"
import { serveGit } from "./git-server.js"
import type { TestRepository } from "./repository.js"
import { exampleRepository, repositoryAt, tableRows } from "./repository.js"

const PIPELINE = fileURLToPath(new URL("../../pipeline", import.meta.url))

let folder = ""

beforeAll(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), "adopt-e2e-")))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The product's own `init`, as somebody types it who stands in another repository. */
async function init({ path }: TestRepository, source: string): Promise<void> {
  const words = ["init", "--yes", "--no-workflow", source]
  // Asynchronous: the server of this process has to answer meanwhile.
  await promisify(execFile)(PIPELINE, words, { cwd: path })
}

/** A repository of a shape that has never heard of the pipeline. */
function foreignRepository(shape: string): TestRepository {
  const path = join(folder, shape)
  cpSync(join(MONOREPOS, shape), path, { recursive: true })
  const repository = repositoryAt(path)
  repository.git("init", "--quiet", "--initial-branch=main")
  repository.git("add", "--all")
  repository.git("commit", "--quiet", "--message=all of it")
  return repository
}

describe("a repository that pins the pipeline by its address", () => {
  it("is the one whose services run", async () => {
    const product = exampleRepository()
    const bare = join(folder, "pipeline.git")
    product.git("clone", "--quiet", "--bare", product.path, bare)
    product.git("--git-dir", bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    // Dagger v0.19.10 forgets the port of a module's address.
    const server = await serveGit(folder, undefined, { path: "pipeline.git", port: 80 })
    try {
      const repository = foreignRepository("polyglot")
      await init(repository, `--source=${server.url}@main`)
      const env = { XDG_CACHE_HOME: join(folder, "cache") }
      const { exitCode, stdout, output } = await repository.pipeline(["plan", "--all"], env)
      expect(exitCode, output).toBe(0)
      const services = stdout.matchAll(/^(\S+) +yes/gm)
      expect([...services].map(([, name]) => name)).toEqual(["currency", "email", "shipping"])
    } finally {
      server.stop()
      product.delete()
    }
  })
})

describe("a monorepo of the shape", () => {
  let repository: TestRepository
  beforeAll(() => {
    repository = exampleRepository()
    for (const name of ["examples", "services.json", "pipeline.yaml"]) repository.remove(name)
    repository.write(".gitignore", "node_modules\n")
  })
  afterAll(() => repository.delete())

  /*
   * Each takes the place of the one before it, beside the module, so that one module serves all of them.
   * What `init` wrote is what runs: nothing is edited.
   */
  it.each(["compose", "go", "nx", "polyglot", "turborepo"])(
    "%s is green with what init wrote",
    async (shape) => {
      const foreign = foreignRepository(shape)
      await init(foreign, "--vendor")
      const names = readdirSync(foreign.path).filter(
        (name) => ![".git", "pipeline", "dagger.json", "tools"].includes(name),
      )
      for (const name of names)
        cpSync(join(foreign.path, name), join(repository.path, name), { recursive: true })
      repository.append("pipeline.yaml", "scan:\n  in_ci: false\n")
      const { exitCode, output } = await repository.pipeline(["ci"])
      expect(exitCode, output).toBe(0)
      const rows = tableRows(output).filter(({ stage }) => stage === "preflight")
      expect(rows.length).toBeGreaterThan(1)
      expect(rows.every(({ result }) => result === "ok")).toBe(true)
      for (const name of names) repository.remove(name)
    },
  )
})
