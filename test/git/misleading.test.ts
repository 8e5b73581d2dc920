import { createServer, type AddressInfo } from "node:net"
import { chownSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { createGit } from "../../ci/src/changes/gather/git.mjs"
import { openObjects } from "../../ci/src/changes/gather/objects.mjs"
import { createRemote } from "../../ci/src/changes/gather/remote.mjs"
import { findRepository } from "../../ci/src/changes/gather/repository.mjs"
import { names, Story } from "./story.js"

afterAll(() => Story.end(), 60_000)

const WEB = { "services/web/main.py": "changed" }

describe("files that git was told not to look at", () => {
  test.each(["--assume-unchanged", "--skip-worktree"])("%s", async (flag) => {
    const story = Story.begin().link("services/worker/link", "../api")
    story.commit().git("update-index", flag, "services/web/main.py", "services/worker/link")
    expect(await story.facts()).toMatchObject({ files: [], warnings: [{}] })
    const facts = await story.write(WEB).facts()
    expect(facts.files).toEqual([
      { path: "services/web/main.py", status: "M", sources: ["worktree"] },
    ])
    expect(facts.dirty).toEqual({ staged: 0, worktree: 1, untracked: 0 })
  })

  test("one that is gone is deleted, unless a sparse checkout left it out", async () => {
    const story = Story.begin()
    story.git("update-index", "--assume-unchanged", "services/web/main.py")
    story.git("update-index", "--skip-worktree", "services/api/main.py")
    story.remove("services/web/main.py", "services/api/main.py")
    expect((await story.facts()).files).toEqual([
      { path: "services/web/main.py", status: "D", sources: ["worktree"] },
    ])
    expect((await story.facts({ uploadIgnore: ["services/web"] })).files).toEqual([])
  })

  test("a sparse checkout changes nothing", async () => {
    const story = Story.begin().branch("feature").write(WEB).commit()
    story.git("sparse-checkout", "set", "services/web")
    expect(story.git("ls-files", "-t", "services/api/main.py")).toMatch(/^S /)
    expect((await story.facts()).files.map(({ path }) => path)).toEqual(["services/web/main.py"])
    story.remove(".git/config")
    expect((await story.facts()).files.map(({ path }) => path)).toEqual(["services/web/main.py"])
  })
})

describe("a repository that can't be read", () => {
  test("because its head is damaged is not one without a commit", async () => {
    const story = Story.begin().write({ ".git/HEAD": `${"3".repeat(40)}\n` })
    for (const request of [{}, { local: false }]) {
      expect(await story.gather(request)).toMatchObject({ ok: false, code: 2 })
    }
  })

  test.skipIf(process.getuid?.() !== 0)("because it is somebody else's says so", async () => {
    const story = Story.begin().branch("feature").write(WEB).commit()
    giveAway(story.folder)
    for (const local of [true, false]) {
      expect(await story.gather({ local })).toMatchObject({
        ok: false,
        code: 2,
        message: expect.stringContaining("dubious ownership"),
      })
    }
    expect((await story.facts({ trustRepository: true })).files).toHaveLength(1)
  })
})

describe("an event without its payload runs everything", () => {
  test.each([
    ["push", {}],
    ["push", { ref: "refs/heads/main", before: "1".repeat(40) }],
    ["pull_request", {}],
    ["merge_group", {}],
  ])("%s %j", async (eventName, event) => {
    const clone = Story.begin().clone()
    expect(await clone.plan({ eventName, event })).toMatchObject({
      all: { code: "base-unresolved", message: expect.stringContaining("event") },
    })
    expect(await clone.gather({ eventName, event, strictBase: true })).toMatchObject({ code: 3 })
  })
})

test("a push to the repository's own default branch is tested, whatever base is configured", async () => {
  const story = Story.begin()
  const before = story.sha()
  story.write(WEB).commit().git("branch", "develop")
  const event = { ref: "refs/heads/main", before, repository: { default_branch: "main" } }
  const plan = await story.plan({ eventName: "push", event, defaultBranch: "develop" })
  expect(plan.base).toMatchObject({ sha: before, how: "push-before" })
  expect(names(plan)).toEqual(["web"])
})

test("what a user's settings add to git's answer is not a file", async () => {
  const story = Story.begin().write(WEB)
  story.git("stash", "--quiet")
  story.git("config", "status.showStash", "true")
  expect((await story.facts()).files).toEqual([])
})

test("a commit that was given other parents by hand keeps its own", async () => {
  const story = Story.begin()
  const start = story.sha()
  story.branch("feature").write(WEB).commit()
  const expected = await story.facts()
  story.write({ ".git/info/grafts": `${start} ${story.sha()}\n${story.sha()}\n` })
  expect((await story.facts()).base).toEqual(expected.base)
})

describe("objects that are not here", () => {
  function sparseClone(): Story {
    const origin = Story.begin().link("services/web/shared", "../../libs/common").commit()
    origin.git("config", "uploadpack.allowFilter", "true")
    return origin.clone("--filter=blob:none", "--sparse")
  }

  test("a link that could lead anywhere runs everything", async () => {
    const clone = sparseClone().write({ "services/api/main.py": "x" })
    clone.git("sparse-checkout", "set", "services/api")
    clone.git("remote", "set-url", "origin", "/nowhere")
    const facts = await clone.facts()
    expect(facts.all).toMatchObject({
      code: "base-unresolved",
      message: expect.stringContaining("services/web/shared"),
    })
  })

  test("a question that ends git leaves those behind it with an answer", async () => {
    const clone = sparseClone()
    const lost = clone.git("rev-parse", "HEAD:services/web/main.py")
    clone.git("remote", "set-url", "origin", "/nowhere")
    const git = createGit({ cwd: clone.folder, env: clone.env, settings: [] })
    const objects = openObjects(git)
    const asked = [lost, "HEAD", lost, "HEAD:services.json"].map((name) => objects.read(name))
    const answers = await Promise.all(asked)
    objects.close()
    expect(answers.map((answer) => answer?.type ?? null)).toEqual([null, "commit", null, "blob"])
    expect(await objects.read("HEAD")).toBeNull()
  })
})

test("a server that does not answer is asked once", async () => {
  const server = createServer(() => {})
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const remoteUrl = `git://127.0.0.1:${(server.address() as AddressInfo).port}/repository`
  const { folder, env } = Story.begin()
  const git = createGit({ cwd: folder, env, settings: [] })
  const repository = findRepository(folder)
  if (repository === null) throw new Error("there is no repository")
  const remote = createRemote({ remoteUrl }, repository, git, 300)
  expect(await remote?.deepen(["1".repeat(40), "2".repeat(40)], 50)).toBe(false)
  expect(await remote?.tip("main")).toBeNull()
  expect(git.count()).toBe(1)
  expect(remote?.problem()).toContain("did not end within")
  server.close()
})

function giveAway(folder: string): void {
  chownSync(folder, 12345, 12345)
  for (const entry of readdirSync(join(folder, ".git"))) {
    chownSync(join(folder, ".git", entry), 12345, 12345)
  }
  chownSync(join(folder, ".git"), 12345, 12345)
}
