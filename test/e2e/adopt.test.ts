import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { registryAddress } from "../../engine/lib/registry.mjs"
import { MONOREPOS } from "../unit/adopt/tree.js"
import { serveGit } from "./git-server.js"
import { putImage } from "./registry-image.js"
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

/** The table of scanners with another version of one. */
function newerVersion(product: TestRepository, scanner: string): string {
  const table = product.read("ci/src/scanners/versions.ts")
  return table.replace(new RegExp(`(${scanner}: )"[^"]+"`), '$1"99.0.0"')
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
  it("is the one whose services run, and moves with the base images by update", async () => {
    const product = exampleRepository()
    product.git("tag", "v1.0.0")
    product.write("ci/src/scanners/versions.ts", newerVersion(product, "bandit"))
    product.git("commit", "--quiet", "--all", "--message=Scan with a newer bandit")
    product.git("tag", "v1.1.0")
    const bare = join(folder, "pipeline.git")
    product.git("clone", "--quiet", "--bare", product.path, bare)
    product.git("--git-dir", bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    // Dagger v0.19.10 forgets the port of a module's address.
    const server = await serveGit(folder, undefined, { path: "pipeline.git", port: 80 })
    try {
      const repository = foreignRepository("polyglot")
      await init(repository, `--source=${server.url}@v1.0.0`)
      const env = { XDG_CACHE_HOME: join(folder, "cache") }
      const { exitCode, stdout, output } = await repository.pipeline(["plan", "--all"], env)
      expect(exitCode, output).toBe(0)
      const services = stdout.matchAll(/^(\S+) +yes/gm)
      expect([...services].map(([, name]) => name)).toEqual(["currency", "email", "shipping"])

      const image = `${await registryAddress()}/test-${randomUUID()}/alpine`
      const before = await putImage(image, "3", { version: "3.1" })
      repository.write("pipeline.yaml", `images:\n  "${image}:3": ${before} # ours\n`)
      const after = await putImage(image, "3", { version: "3.2" })
      const update = await repository.pipeline(["update", "--yes"], env)
      expect(update.exitCode, update.output).toBe(0)
      const [old, now] = ["v1.0.0", "v1.1.0"].map((tag) => product.git("rev-parse", tag).trim())
      expect(update.stdout).toContain(`from ${old} to ${now} (v1.1.0)`)
      expect(update.stdout).toContain("Scan with a newer bandit")
      expect(update.stdout).toMatch(/^ {2}scanner bandit: \S+ -> 99\.0\.0$/m)
      expect(update.stdout).toContain(`-  "${image}:3": ${before} # ours`)
      expect(update.stdout).toContain(`+  "${image}:3": ${after} # ours`)
      expect(JSON.parse(repository.read("dagger.json")).blueprint.pin).toBe(now)
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
