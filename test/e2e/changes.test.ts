import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { serveGit } from "./git-server.js"
import type { Outcome, TestRepository } from "./repository.js"
import { exampleRepository, repositoryAt } from "./repository.js"

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository()
})
afterAll(() => repository.delete())

const LEADERBOARD = "examples/services/leaderboard"
const MODERATION = "examples/services/moderation"

/** Plans in the engine and on the host, which have to agree to the byte, and gives what they say. */
async function plan(flags: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const words = flags.split(" ").filter(Boolean)
  const engine = await repository.pipeline(["plan", ...words], env)
  expect([0, 2, 3], engine.output).toContain(engine.exitCode)
  const host = await repository.pipeline(["plan", "--local", ...words], env)
  expect(host.stdout).toBe(engine.stdout)
  expect(host.exitCode).toBe(engine.exitCode)
  return engine
}

async function planned(flags = ""): Promise<string[]> {
  const { stdout } = await plan(`--json ${flags}`)
  return JSON.parse(stdout).services.map(({ name }: { name: string }) => name)
}

function commitOn(branch: string, file: string): string {
  repository.git("checkout", "--quiet", branch)
  repository.write(file, "changed\n")
  repository.git("add", "--all")
  repository.git("commit", "--quiet", `--message=${file}`)
  return repository.git("rev-parse", "HEAD").trim()
}

describe("a plan is the same in the engine and on the host", () => {
  it("for uncommitted files with names that are dangerous elsewhere", async () => {
    for (const name of ["a\nb.txt", 'quo"te', "$(touch pwned)", "--help", "ünï"])
      repository.write(`${MODERATION}/${name}`, "x")
    // Latin-1, so not UTF-8.
    const folder = Buffer.from(join(repository.path, `${MODERATION}/`))
    writeFileSync(Buffer.concat([folder, Buffer.from([0x66, 0xfc, 0x72])]), "x")
    repository.write(`${LEADERBOARD}/README`, "staged")
    repository.git("add", `${LEADERBOARD}/README`)
    repository.write("debug.log", "an ignored file")
    const { stdout } = await plan("--json")
    expect(JSON.parse(stdout)).toMatchObject({ files: 7, all: null })
    expect(await planned()).toEqual(["leaderboard", "moderation"])
    const table = await plan("")
    expect(table.stdout).toContain("moderation")
    const why = await plan("--explain=world-state")
    expect(why.stdout).toMatch(/^world-state does not run: of 7 files changed since /)
    const matrix = await plan("--matrix --service=moderation")
    expect(JSON.parse(matrix.stdout)).toEqual({ include: [{ service: "moderation" }] })
    repository.git("reset", "--quiet", "--hard")
    repository.git("clean", "--quiet", "-d", "--force")
  })

  it("for a link, a submodule, and what the user's own ignore file names", async () => {
    const other = mkdtempSync(join(tmpdir(), "pipeline-e2e-submodule-"))
    const inOther = (...args: string[]) => execFileSync("git", args, { cwd: other })
    inOther("init", "--quiet")
    inOther("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "1", "--allow-empty")
    const add = ["submodule", "--quiet", "add", other, `${MODERATION}/vendor`]
    repository.git("-c", "protocol.file.allow=always", ...add)
    symlinkSync("../../libs/gamekit", join(repository.path, `${LEADERBOARD}/kit`))
    repository.write(`${MODERATION}/Dockerfile.dockerignore`, "kit\n")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message=submodule and link")
    expect(await planned()).toEqual([])
    repository.write(`${MODERATION}/vendor/new.txt`, "inside the submodule")
    repository.write(".idea", "an editor's file")
    const ignore = join(other, "ignore")
    writeFileSync(ignore, ".idea\n")
    repository.git("config", "core.excludesFile", ignore)
    expect(await planned()).toEqual(["moderation"])
    repository.write("examples/libs/gamekit/new.txt", "behind the link")
    expect(await planned()).toContain("leaderboard")
    repository.remove(`${MODERATION}/vendor/new.txt`)
    repository.remove("examples/libs/gamekit/new.txt")
    repository.remove(".idea")
    rmSync(other, { recursive: true })
  })

  it("for a pull request whose base moved on, after dagger's own shallow fetch", async () => {
    repository.git("checkout", "--quiet", "-b", "feature")
    const head = commitOn("feature", `${LEADERBOARD}/feature.txt`)
    const base = commitOn("main", `${MODERATION}/main.txt`)
    repository.git("checkout", "--quiet", "--detach", "main")
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", "feature")
    repository.git("update-ref", "refs/pull/1/merge", "HEAD")
    repository.git(
      "fetch",
      "--quiet",
      "--depth=1",
      `file://${repository.path}`,
      "refs/pull/1/merge",
    )
    expect(repository.read(".git/shallow")).not.toBe("")
    const event = join(repository.path, ".pipeline/event.json")
    const payload = { base: { ref: "main", sha: base }, head: { sha: head } }
    mkdirSync(join(repository.path, ".pipeline"), { recursive: true })
    repository.write(".pipeline/event.json", JSON.stringify({ pull_request: payload }))
    const flags = `--event-name=pull_request --event=${event}`
    expect(await planned(flags)).toEqual(["leaderboard"])
    expect(await planned(`--base=${base}`)).toEqual(["leaderboard"])
    repository.remove(".git/shallow")
  })
})

describe("a clone without enough history", () => {
  it("is declared, refused when strict, and deepened where there is a remote", async () => {
    const clone = mkdtempSync(join(tmpdir(), "pipeline-e2e-shallow-"))
    const source = `file://${repository.path}`
    execFileSync("git", ["clone", "--quiet", "--depth=1", "--branch=feature", source, clone])
    const origin = repository
    repository = repositoryAt(clone)
    try {
      repository.git("remote", "remove", "origin")
      const base = origin.git("rev-parse", "main").trim()
      repository.git("fetch", "--quiet", "--depth=1", source, `${base}:refs/remotes/origin/main`)
      const table = await plan("--base=origin/main")
      expect(table.stdout.split("\n")[0]).toMatch(/^ALL because this clone is too shallow/)
      expect(table.exitCode).toBe(0)
      const strict = await plan("--base=origin/main --strict-base")
      expect(strict.exitCode).toBe(3)
      expect(strict.stdout).toContain("The base is not known")

      const token = `planted-${Math.random().toString(36).slice(2)}`
      const server = await serveGit(origin.path, token)
      try {
        const words = ["plan", "--json", "--base=origin/main", `--remote=${server.url}`]
        const refused = await repository.pipeline(words)
        expect(JSON.stringify(JSON.parse(refused.stdout).all)).toContain("too shallow")
        expect(server.refused()).toBeGreaterThan(0)
        const secret = "--git-token=env://E2E_GIT_TOKEN"
        const planned = await repository.pipeline([...words, secret], { E2E_GIT_TOKEN: token })
        expect(JSON.parse(planned.stdout)).toMatchObject({
          all: null,
          base: { how: "merge-base" },
          services: [{ name: "leaderboard" }],
        })
        expect(planned.output).not.toContain(token)
      } finally {
        server.stop()
      }
    } finally {
      repository = origin
      rmSync(clone, { recursive: true })
    }
  })
})

describe("what can't be planned ends with 2, before anything runs", () => {
  it.each([
    ["--base=--upload-pack=x", "is not a revision"],
    ["--base=no-such-branch", "no-such-branch"],
    ["--service=leaderbord", 'Did you mean "leaderboard"?'],
    ["--last-green=api=", "is not SERVICE=COMMIT"],
  ])("%s", async (flag, message) => {
    const { exitCode, stdout } = await plan(flag)
    expect(stdout).toContain(message)
    expect(exitCode).toBe(2)
  })

  it("an event file that can't be read", async () => {
    const { exitCode, output } = await plan("--event-name=push --event=/nowhere.json")
    expect(output).toContain("/nowhere.json")
    expect(exitCode).toBe(2)
  })
})

describe("a dependency that services.json does not declare", () => {
  it("fails preflight with the line to add", async () => {
    repository.git("checkout", "--quiet", "--force", "main")
    repository.write(`${MODERATION}/moderation/borrowed.py`, "from gamekit import errors\n")
    const { exitCode, output } = await repository.pipeline(["ci", "--service=moderation"])
    expect(exitCode).toBe(1)
    expect(output).toContain(`${MODERATION}/moderation/borrowed.py:1`)
    expect(output).toMatch(
      /services\.json:\d+: in service "moderation" write "depends_on": \["gamekit"\]/,
    )
  })
})
