import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, rmSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Outcome, TestRepository } from "./repository.js"
import { exampleRepository, repositoryAt } from "./repository.js"

const API = "examples/services/api"
let repository: TestRepository
let worktree = ""

beforeAll(() => {
  repository = exampleRepository()
  repository.append(".gitignore", "build/\n")
  mkdirSync(join(repository.path, API, "build"))
  repository.write(`${API}/build/kept.txt`, "tracked, though ignored\n")
  repository.git("add", "--force", ".gitignore", `${API}/build/kept.txt`)
  repository.git("commit", "--quiet", "--message=a tracked file that is ignored")
  worktree = `${repository.path}-worktree`
  repository.git("worktree", "add", "--quiet", worktree, "-b", "feature")
})
afterAll(() => {
  rmSync(worktree, { recursive: true, force: true })
  repository.delete()
})

/** The names of the services that a plan would run. */
function planned({ stdout }: Outcome): string[] {
  return [...stdout.matchAll(/^([a-z0-9._-]+) +yes /gm)].map(([, name = ""]) => name)
}

describe("what git ignores", () => {
  it("does not reach the engine, but what git tracks does, and its deletion is seen", async () => {
    repository.write(`${API}/build/junk.txt`, "junk")
    const seen = await repository.pipeline([
      ...["debug", "--service=api", "--step=preflight"],
      ...["with-exec", "--args=sh,-c,ls build", "stdout"],
    ])
    expect(seen.stdout.trim()).toBe("kept.txt")
    const unchanged = await repository.pipeline(["plan"])
    expect(unchanged.exitCode).toBe(0)
    expect(planned(unchanged)).toEqual([])

    repository.remove(`${API}/build/kept.txt`)
    expect(planned(await repository.pipeline(["plan"]))).toEqual(["api"])
    repository.git("checkout", "--", `${API}/build/kept.txt`)
  })

  it("is what a file of gigabytes should be, and the run says so before it begins", async () => {
    repository.write("dump.bin", "")
    truncateSync(join(repository.path, "dump.bin"), 5_000_000_000)
    const { exitCode, stderr } = await repository.pipeline(["plan"])
    repository.remove("dump.bin")
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/dump\.bin \(5\.0 GB\)[\s\S]*\n {4}\/dump\.bin\n/)
  })
})

describe("a git worktree", () => {
  it("is planned exactly through the launcher", async () => {
    const elsewhere = repositoryAt(worktree)
    elsewhere.write(`${API}/new.txt`, "new")
    expect(planned(await elsewhere.pipeline(["plan"]))).toEqual(["api"])
  })

  it("runs everything through plain dagger, which says why", async () => {
    const all = await repository.pipeline(["plan", "--all"])
    const plan = await repositoryAt(worktree).shell("dagger call plan")
    expect(plan.exitCode).toBe(0)
    expect(plan.stdout).toContain("this is a git worktree")
    expect(planned(plan)).toEqual(planned(all))
    expect(planned(plan).length).toBeGreaterThan(1)
  })
})

it("a bare clone has no files to run, and says so", () => {
  const bare = `${repository.path}-bare`
  execFileSync("git", ["clone", "--quiet", "--bare", repository.path, bare])
  const { status, stderr } = spawnSync(join(repository.path, "pipeline"), ["plan"], {
    cwd: bare,
    encoding: "utf8",
  })
  rmSync(bare, { recursive: true })
  expect(status).toBe(2)
  expect(stderr).toContain("is a bare repository")
})
