import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { spawn } from "node:child_process"
import { afterAll, describe, expect, test } from "vitest"
import type { Run } from "../../ci/src/changes/gather/git.mjs"
import { names, Story } from "./story.js"

afterAll(() => Story.end(), 60_000)

const WEB = { "services/web/main.py": "changed" }
const BILLING = { "services/billing/new.py": "changed" }

function pushEvent(branch: string, before: string, more: Record<string, unknown> = {}) {
  const event = {
    ref: `refs/heads/${branch}`,
    before,
    repository: { default_branch: "main" },
    ...more,
  }
  return { eventName: "push", event }
}

function pullRequest(base: string, head: string) {
  return {
    eventName: "pull_request",
    event: { pull_request: { base: { ref: "main", sha: base }, head: { sha: head } } },
  }
}

/** A branch that changed web, while main went on and changed billing. */
function drifted(): { story: Story; fork: string; main: string; feature: string } {
  const story = Story.begin()
  const fork = story.sha()
  story.branch("feature").write(WEB).commit().checkout("main").write(BILLING).commit()
  const main = story.sha()
  return { story: story.checkout("feature"), fork, main, feature: story.sha("feature") }
}

describe("--base", () => {
  test("a name means the point where the head left it", async () => {
    const { story, fork } = drifted()
    const plan = await story.plan({ base: "main" })
    expect(plan.base).toEqual({ sha: fork, how: "merge-base", ref: "main", shallow: false })
    expect(names(plan)).toEqual(["web"])
  })

  test("a full commit id means exactly that tree", async () => {
    const { story, main } = drifted()
    const plan = await story.plan({ base: main })
    expect(plan.base).toEqual({ sha: main, how: "argument", shallow: false })
    expect(names(plan)).toEqual(["billing", "web"])
  })

  test.each([1, 15, 16, 17, 40])("is found %i commits below the head", async (count) => {
    const story = Story.begin().commits(2)
    const main = story.sha()
    story
      .branch("feature")
      .write(WEB)
      .commit()
      .commits(count - 1)
    const plan = await story.plan({ base: "main" })
    expect(plan.base).toEqual({ sha: main, how: "merge-base", ref: "main", shallow: false })
    expect(names(plan)).toEqual(["web"])
  })

  test("a branch may exist only at the remote", async () => {
    const { story, fork } = drifted()
    const clone = story.clone()
    expect((await clone.facts({ base: "main" })).base).toMatchObject({
      sha: fork,
      how: "merge-base",
    })
  })

  test("a revert cancels out", async () => {
    const story = Story.begin().branch("feature").write(WEB).commit()
    story.write({ "services/web/main.py": "web" }).commit()
    expect(await story.plan()).toMatchObject({ files: 0, services: [] })
  })

  test("comes before the event", async () => {
    const { story, fork } = drifted()
    const facts = await story.facts({ base: "HEAD~1", ...pushEvent("main", fork) })
    expect(facts.base).toMatchObject({ sha: fork, how: "merge-base", ref: "HEAD~1" })
  })

  test("--head is compared instead of what is checked out", async () => {
    const { story, fork } = drifted()
    const facts = await story.checkout("main").facts({ base: fork, head: "feature" })
    expect(facts.files.map(({ path }) => path)).toEqual(["services/web/main.py"])
    expect(facts.head.ref).toBe("feature")
    expect(facts.warnings).toEqual([expect.stringContaining("not what is checked out")])
  })
})

describe("pull request", () => {
  test("the checked-out merge commit is compared with its first parent, however far the base moved", async () => {
    const { story, fork, main, feature } = drifted()
    story.checkout("main").merge("feature").checkout("HEAD~0")
    const plan = await story.plan(pullRequest(fork, feature))
    expect(plan.base).toEqual({ sha: main, how: "pull-request-merge", ref: "main", shallow: false })
    expect(names(plan)).toEqual(["web"])
    expect(plan.head.ref).toBeUndefined()
  })

  test("a checked-out head is compared with the merge-base", async () => {
    const { story, fork, main, feature } = drifted()
    const plan = await story.plan(pullRequest(main, feature))
    expect(plan.base).toEqual({ sha: fork, how: "merge-base", ref: "main", shallow: false })
    expect(names(plan)).toEqual(["web"])
  })

  test("a merge of something else is not taken for the pull request's", async () => {
    const { story, fork, main } = drifted()
    story.checkout("main").branch("other").write({ "services/api/x": "" }).commit().merge("feature")
    const plan = await story.plan(pullRequest(fork, main))
    expect(plan.base).toMatchObject({ sha: fork, how: "merge-base" })
    expect(names(plan)).toEqual(["api", "billing", "web"])
  })

  test("a checkout of the base runs everything: the change is not in it", async () => {
    const { story, main, feature } = drifted()
    const plan = await story
      .checkout("main")
      .plan({ ...pullRequest(main, feature), eventName: "pull_request_target" })
    expect(plan.all).toMatchObject({
      code: "base-unresolved",
      message: expect.stringContaining("not the pull request"),
    })
  })

  test.each([1, 2])("fetched with a depth of %i", async (depth) => {
    const { story, fork, main, feature } = drifted()
    story.checkout("main").branch("merged").merge("feature")
    const clone = story.clone(`--depth=${depth}`, "--branch=merged")
    const plan = await clone.plan(pullRequest(fork, feature))
    expect(plan.base).toMatchObject({ sha: main, how: "pull-request-merge" })
    expect(names(plan)).toEqual(["web"])
  })

  test("a later fetch of the last commit alone does not change the answer", async () => {
    const { story, fork, feature, main } = drifted()
    story.checkout("main").branch("merged").merge("feature")
    for (const branch of ["merged", "feature"]) {
      const clone = story.clone(`--branch=${branch}`)
      const expected = await clone.plan(pullRequest(main, feature))
      clone.git("fetch", "--quiet", "--depth=1", "origin", branch)
      clone.git("remote", "remove", "origin")
      expect(clone.read(".git/shallow")).not.toBe("")
      const plan = await clone.plan(pullRequest(main, feature))
      expect(plan).toEqual({ ...expected, base: { ...expected.base, shallow: true } })
      expect(names(plan)).toEqual(["web"])
    }
    expect(fork).not.toBe(main)
  })
})

describe("push", () => {
  test("to the default branch: what was there before", async () => {
    const story = Story.begin()
    const before = story.sha()
    const plan = await story.commit().write(WEB).commit().plan(pushEvent("main", before))
    expect(plan.base).toEqual({ sha: before, how: "push-before", shallow: false })
    expect(names(plan)).toEqual(["web"])
    expect(plan.warnings).toEqual([expect.stringContaining("last green commit is not known")])
  })

  test("to the default branch: the last green commit, if it is an ancestor", async () => {
    const story = Story.begin()
    const green = story.sha()
    const before = story.write(BILLING).commit().sha()
    story.write(WEB).commit()
    const plan = await story.plan({ ...pushEvent("main", before), lastGreen: green })
    expect(plan.base).toEqual({ sha: green, how: "last-green", shallow: false })
    expect(names(plan)).toEqual(["billing", "web"])
  })

  test("to the default branch: a green commit of a lost line is not used", async () => {
    const { story, main, feature } = drifted()
    story.checkout("main").write({ "services/worker/x": "" }).commit()
    const plan = await story.plan({ ...pushEvent("main", main), lastGreen: feature })
    expect(plan.base).toMatchObject({ sha: main, how: "push-before" })
    expect(plan.warnings).toEqual([expect.stringContaining(feature)])
  })

  test("to the default branch, forced: the old tip if it is still here, else everything", async () => {
    const { story, main, feature } = drifted()
    const forced = { forced: true }
    expect(names(await story.plan(pushEvent("main", main, forced)))).toEqual(["billing", "web"])
    const gone = await story.plan(pushEvent("main", "1".repeat(40), forced))
    expect(gone.all).toMatchObject({
      code: "base-unresolved",
      message: expect.stringContaining("forced"),
    })
    expect(gone.head.sha).toBe(feature)
  })

  test("of a new branch: where it left the default branch", async () => {
    const { story, fork } = drifted()
    const plan = await story.plan(pushEvent("feature", "0".repeat(40)))
    expect(plan.base).toEqual({ sha: fork, how: "merge-base", ref: "main", shallow: false })
    expect(names(plan)).toEqual(["web"])
  })

  test("forced, to a branch: where it left the default branch", async () => {
    const { story, fork } = drifted()
    const plan = await story.plan(pushEvent("feature", "1".repeat(40), { forced: true }))
    expect(plan.base).toMatchObject({ sha: fork, how: "merge-base" })
  })

  test("of a branch, fetched alone with a depth of 1", async () => {
    const { story, fork } = drifted()
    const clone = story.clone("--depth=1", "--branch=feature")
    const plan = await clone.plan(pushEvent("feature", "0".repeat(40)))
    expect(plan.base).toMatchObject({ sha: fork, how: "merge-base" })
    expect(names(plan)).toEqual(["web"])
  })

  test("the first of the default branch runs everything", async () => {
    const plan = await Story.begin().plan(pushEvent("main", "0".repeat(40)))
    expect(plan.all).toMatchObject({ code: "initial" })
    expect(plan.services[0]?.reasons).toEqual([{ kind: "initial" }])
  })

  test("of a tag runs everything", async () => {
    const story = Story.begin()
    const plan = await story.plan({
      eventName: "push",
      event: { ref: "refs/tags/v1", before: "0".repeat(40) },
    })
    expect(plan.all).toEqual({ code: "requested", message: "the tag v1 runs everything" })
  })
})

describe("other events", () => {
  test("a merge group is compared with its base", async () => {
    const { story, main } = drifted()
    story.checkout("main").branch("queue").merge("feature")
    const event = { merge_group: { base_sha: main } }
    const plan = await story.plan({ eventName: "merge_group", event })
    expect(plan.base).toEqual({ sha: main, how: "merge-group", shallow: false })
    expect(names(plan)).toEqual(["web"])
    const clone = story.clone("--depth=1", "--branch=queue")
    expect(names(await clone.plan({ eventName: "merge_group", event }))).toEqual(["web"])
  })

  test.each(["schedule", "workflow_dispatch", "release"])(
    "%s runs everything",
    async (eventName) => {
      const plan = await Story.begin().plan({ eventName, event: {} })
      expect(plan.all).toEqual({
        code: "requested",
        message: `the event ${eventName} runs everything`,
      })
      expect(plan.services).toHaveLength(5)
    },
  )
})

describe("a checkout without an event", () => {
  test("is compared with the remote's default branch", async () => {
    const { story, fork } = drifted()
    story.git("branch", "--quiet", "-m", "main", "develop")
    story.git("checkout", "--quiet", "develop")
    const clone = story.clone()
    clone.git("checkout", "--quiet", "feature")
    expect((await clone.facts()).base).toMatchObject({ sha: fork, ref: "origin/HEAD" })
    expect((await clone.facts({ defaultBranch: "develop" })).base).toMatchObject({
      sha: fork,
      ref: "origin/develop",
    })
  })

  test("may be compared with any revision instead of the default branch", async () => {
    const { story, fork } = drifted()
    story.git("tag", "v1", fork)
    expect((await story.facts({ defaultBranch: "v1" })).base).toMatchObject({
      sha: fork,
      ref: "v1",
    })
    const clone = story.clone()
    const base = { sha: fork, ref: "origin/main" }
    expect((await clone.facts({ defaultBranch: "origin/main" })).base).toMatchObject(base)
  })

  test("on the default branch, commits that were not pushed count", async () => {
    const clone = Story.begin().clone().write(WEB).commit()
    expect(names(await clone.plan())).toEqual(["web"])
  })

  test("on the default branch without a remote, says that only uncommitted files count", async () => {
    const { warnings } = await Story.begin().plan()
    expect(warnings).toEqual([expect.stringContaining("only uncommitted files count")])
  })

  test("without a commit, everything runs", async () => {
    const story = Story.empty().config(() => {})
    const plan = await story.plan()
    expect(plan.all).toMatchObject({ code: "initial" })
    expect(plan.head).toEqual({ sha: null, ref: "main" })
  })

  test("detached", async () => {
    const { story, fork } = drifted()
    const plan = await story.checkout("HEAD~0").plan()
    expect(plan).toMatchObject({ base: { sha: fork }, services: [{ name: "web" }] })
  })

  test("a history of its own has nothing in common with the default branch", async () => {
    const story = Story.begin()
    story.git("checkout", "--quiet", "--orphan", "island")
    const plan = await story.commit().plan()
    expect(plan.all).toMatchObject({
      code: "base-unresolved",
      message: expect.stringContaining("no common history"),
    })
  })

  test("without a default branch, everything runs", async () => {
    const story = Story.begin()
    story.git("branch", "-m", "main", "odd")
    const plan = await story.plan()
    expect(plan.all).toMatchObject({ code: "base-unresolved" })
    expect(plan.warnings[0]).toContain("everything runs, because the default branch is not known")
  })

  test("services that were green later have a base of their own", async () => {
    const story = Story.begin()
    const first = story.sha()
    const second = story.write(BILLING).write(WEB).commit().sha()
    const third = story.write({ "libs/common/new.py": "x" }).commit().sha()
    story.write({ "services/worker/new.py": "x" }).commit()
    const green = { "*": first, billing: second, api: third, plugin: "1".repeat(40) }
    const facts = await story.facts({ lastGreen: green })
    expect(facts.base).toMatchObject({ sha: first, how: "last-green" })
    expect(facts.since.map(({ services, base }) => [services, base.sha])).toEqual([
      [["api"], third],
      [["billing"], second],
    ])
    const plan = await story.plan({ lastGreen: green })
    expect(names(plan)).toEqual(["web", "worker"])
    expect(plan.warnings).toEqual([expect.stringContaining("1".repeat(40))])
  })
})

describe("a shallow clone", () => {
  /**
   * main: m0 - m1 - merge of side - m2; side and feature both begin at m1, so what a shallow clone
   * sees as the merge-base can be older than the true one.
   */
  function misleading(): { story: Story; truth: string } {
    const story = Story.begin().commits(3).branch("feature").checkout("main")
    story.write(BILLING).commit().commits(3)
    const truth = story.sha()
    story.commits(3).checkout("feature").commits(2).merge("main~3").write(WEB).commit().commits(2)
    return { story, truth }
  }

  test.each([1, 2, 3, 4, 5, 6, 8])(
    "of depth %i gives the true answer after deepening",
    async (depth) => {
      const { story, truth } = misleading()
      const clone = story.clone(`--depth=${depth}`, "--no-single-branch")
      const plan = await clone.plan({ base: "origin/main" })
      expect(plan.base).toMatchObject({ sha: truth, how: "merge-base" })
      expect(names(plan)).toEqual(["web"])
    },
  )

  test.each([1, 2, 3, 4, 5, 6, 8])(
    "of depth %i gives the true answer or says that it can't",
    async (depth) => {
      const { story, truth } = misleading()
      const clone = story.clone(`--depth=${depth}`, "--no-single-branch")
      clone.git("remote", "set-url", "origin", "/nowhere")
      const plan = await clone.plan({ base: "origin/main" })
      if (plan.all === null) return expect(plan.base.sha).toBe(truth)
      expect(plan.all.code).toBe("base-unresolved")
      expect(plan.warnings[0]).toContain("too shallow")
      expect(plan.base.shallow).toBe(true)
    },
  )

  test("in which the head merges the base needs nothing of the other parent's history", async () => {
    const story = Story.begin().branch("feature").commits(6).checkout("main")
    story.write(BILLING).commit()
    const main = story.sha()
    story.checkout("feature").write(WEB).commit().merge("main")
    const clone = story.clone("--depth=2", "--no-single-branch")
    clone.git("remote", "set-url", "origin", "/nowhere")
    const plan = await clone.plan({ base: "origin/main" })
    expect(plan.base).toMatchObject({ sha: main, how: "merge-base", shallow: true })
    expect(plan.all).toBeNull()
    expect(names(plan)).toEqual(["web"])
  })

  test("whose remote was given, because its own configuration is missing", async () => {
    const { story, truth } = misleading()
    const clone = story.clone("--depth=1", "--no-single-branch").remove(".git/config")
    expect((await clone.facts({ base: "origin/main" })).all).toMatchObject({
      code: "base-unresolved",
    })
    const facts = await clone.facts({ base: "origin/main", remoteUrl: `file://${story.folder}` })
    expect(facts.base).toMatchObject({ sha: truth })
  })

  test("with commits of its own that the remote does not have", async () => {
    const { story, truth } = misleading()
    const clone = story
      .clone("--depth=1", "--no-single-branch")
      .write({ "services/api/x": "" })
      .commit()
    const plan = await clone.plan({ base: "origin/main" })
    expect(plan.base.sha).toBe(truth)
    expect(names(plan)).toEqual(["api", "web"])
  })

  test("too shallow and strict: an error with code 3", async () => {
    const clone = misleading().story.clone("--depth=1", "--no-single-branch")
    clone.git("remote", "remove", "origin")
    const answer = await clone.gather({
      eventName: "push",
      event: pushEvent("feature", "0").event,
      strictBase: true,
    })
    expect(answer).toMatchObject({
      ok: false,
      code: 3,
      message: expect.stringContaining("The base is not known"),
    })
  })

  test("an ancestor that is green is recognised", async () => {
    const story = Story.begin()
    const green = story.sha()
    const before = story.commits(5).sha()
    const clone = story.write(WEB).commit().clone("--depth=1")
    const plan = await clone.plan({ ...pushEvent("main", before), lastGreen: green })
    expect(plan.base).toMatchObject({ sha: green, how: "last-green" })
    expect(names(plan)).toEqual(["web"])
  })
})

test("last green commits are also read as text", async () => {
  const story = Story.begin()
  const first = story.sha()
  const second = story.write(BILLING).commit().sha()
  story.write(WEB).commit()
  const request = { lastGreen: `billing=${first}, *=${second}` }
  expect(names(await story.plan(request))).toEqual(["billing", "web"])
  const refused = { ok: false, code: 2, message: expect.stringContaining("SERVICE=COMMIT") }
  expect(await story.gather({ lastGreen: "billing=" })).toMatchObject(refused)
})

describe("bad input is refused with code 2", () => {
  const missing = "2".repeat(40)
  test.each([
    ["a base that does not exist", { base: "nope" }, "nope"],
    ["a commit that does not exist", { base: missing }, missing],
    ["an option for a base", { base: "--output=/tmp/x" }, "--base"],
    ["an option for a head", { head: "-x" }, "--head"],
    ["a range", { base: "main..HEAD" }, "not a revision"],
    ["a line break", { base: "main\nHEAD" }, "not a revision"],
    ["a head that does not exist", { head: "nope" }, "nope"],
    ["an event without a name", { event: {} }, "--event-name"],
    [
      "an event file that is not there",
      { eventName: "push", event: "/nowhere.json" },
      "/nowhere.json",
    ],
    [
      "an event file that is not JSON",
      { eventName: "push", event: "services/api/main.py" },
      "not JSON",
    ],
    [
      "a remote that is an option",
      { base: "nope", remoteUrl: "--upload-pack=touch pwned" },
      "remote",
    ],
    ["a remote that is a program", { base: "nope", remoteUrl: "ext::touch pwned" }, "remote"],
    [
      "a token file that is not there",
      { base: "nope", remoteUrl: "https://example.invalid", tokenFile: "/nowhere" },
      "/nowhere",
    ],
  ])("%s", async (_, request, said) => {
    const story = Story.begin()
    const event =
      "event" in request && request.event === "services/api/main.py"
        ? { event: story.path("services/api/main.py") }
        : {}
    const answer = await story.gather({ ...request, ...event })
    expect(answer).toMatchObject({ ok: false, code: 2, message: expect.stringContaining(said) })
  })

  test("a base in a repository without a commit", async () => {
    expect(await Story.empty().gather({ base: "main" })).toMatchObject({ ok: false, code: 2 })
  })
})

describe("a token", () => {
  test("reaches the server, and no command line and no message", async () => {
    const headers: (string | undefined)[] = []
    const server = createServer((request, response) => {
      headers.push(request.headers.authorization)
      response.writeHead(403).end()
    })
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    const { port } = server.address() as AddressInfo
    const commands: string[] = []
    const run: Run = (command, args, options) => {
      commands.push([command, ...args].join(" "))
      return spawn(command, args, { ...options, stdio: "pipe" })
    }
    const story = Story.begin().write({ "../token": "s3cret-token\n" })
    const remoteUrl = `http://user:s3cret-password@127.0.0.1:${port}/repository`
    const withFile = await story.gather(
      { base: "nope", remoteUrl, tokenFile: story.path("../token") },
      run,
    )
    const withoutFile = await story.gather({ base: "nope", remoteUrl }, run)
    server.close()

    const sent = headers.map((header) =>
      Buffer.from(header?.split(" ")[1] ?? "", "base64").toString(),
    )
    expect(sent).toContain("user:s3cret-token")
    expect(sent).toContain("user:s3cret-password")
    expect(JSON.stringify([withFile, withoutFile, commands])).not.toContain("s3cret")
    expect(withFile).toMatchObject({ ok: false, code: 2 })
  })
})
