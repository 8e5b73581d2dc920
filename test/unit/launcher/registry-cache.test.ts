import { describe, expect, it } from "vitest"
import { branchTag, githubBranches } from "../../../engine/launcher/cache-branches.mjs"
import { readFailures } from "../../../engine/launcher/cache-failures.mjs"
import { planCache, writeOnly } from "../../../engine/launcher/registry-cache.mjs"

const REPOSITORY = "registry.example.com/game/cache"
const EXPORT = "_EXPERIMENTAL_DAGGER_CACHE_EXPORT_CONFIG"
const IMPORT = "_EXPERIMENTAL_DAGGER_CACHE_IMPORT_CONFIG"
const HOSTED = { RUNNER_ENVIRONMENT: "github-hosted" }

function plan(changes: Partial<Parameters<typeof planCache>[0]> = {}) {
  return planCache({
    setting: { repository: REPOSITORY, mode: undefined },
    branches: { own: "topic", others: ["main"], fork: false },
    name: "ci",
    functionArguments: ["ci", "--changed"],
    environment: HOSTED,
    hasLogin: true,
    ...changes,
  })
}

describe("the registry cache of a run", () => {
  it("reads its own branch's and then the default branch's, and writes its own", () => {
    const { reads, writes, variables } = plan()
    expect(reads).toEqual(
      ["topic", "main"].flatMap((branch) =>
        ["all", "some"].map((kind) => `${REPOSITORY}:${branchTag(branch)}.${kind}`),
      ),
    )
    expect(writes).toBe(`${REPOSITORY}:${branchTag("topic")}.some`)
    expect(variables[EXPORT]).toContain(`type=registry,ref=${writes},mode=max,image-manifest=true`)
    expect(variables._EXPERIMENTAL_DAGGER_SHUTDOWN_TIMEOUT).toBe("10m")
  })

  it("keeps what a run of every service left apart from what others leave", () => {
    expect(plan({ functionArguments: ["ci"] }).writes).toMatch(/\.all$/)
    expect(plan({ functionArguments: ["ci", "--changed=false"] }).writes).toMatch(/\.all$/)
    expect(plan({ functionArguments: ["ci", "--service", "api"] }).writes).toMatch(/\.some$/)
  })

  it.each([
    ["a fork", { branches: { own: "main", others: ["main"], fork: true } }, "fork"],
    ["no login", { hasLogin: false }, "docker login"],
    ["another function", { name: "plan" }, "only `ci`"],
    ["a laptop", { environment: {} }, "keeps its own cache"],
    ["no branch", { branches: { own: undefined, others: ["main"], fork: false } }, "no branch"],
    ["a setting", { setting: { repository: REPOSITORY, mode: "read" as const } }, "MODE"],
  ])("is only read with %s, and says why", (_, changes, reason) => {
    const { writes, reads, variables, description } = plan(changes)
    expect(writes).toBeUndefined()
    expect(reads).not.toEqual([])
    expect(variables[EXPORT]).toBeUndefined()
    expect(description).toContain(reason)
  })

  it("never writes for a fork, whatever the setting", () => {
    const setting = { repository: REPOSITORY, mode: "write" as const }
    expect(plan({ setting, environment: {} }).writes).toBeDefined()
    expect(plan({ setting, branches: { own: "main", others: [], fork: true } }).writes).toBe(
      undefined,
    )
  })

  it("sets no empty variable, which dagger refuses", () => {
    for (const cache of [plan(), plan({ name: "plan" }), writeOnly(plan())])
      expect(Object.values(cache.variables).filter((value) => !value)).toEqual([])
    expect(writeOnly(plan()).variables[IMPORT]).toBeUndefined()
  })

  it("speaks plain HTTP to the machine itself only", () => {
    const local = plan({ setting: { repository: "127.0.0.1:5000/cache", mode: "write" } })
    expect(local.variables[IMPORT]).toContain("registry.insecure=true")
    expect(plan().variables[IMPORT]).not.toContain("insecure")
  })
})

describe("the branches of a GitHub run", () => {
  const repository = { full_name: "org/game", default_branch: "trunk" }

  it.each([
    [
      "a pull request",
      { GITHUB_HEAD_REF: "topic", GITHUB_BASE_REF: "release" },
      { repository, pull_request: { head: { repo: { full_name: "org/game" } } } },
      { own: "topic", others: ["release", "trunk"], fork: false },
    ],
    [
      "a fork's pull request",
      { GITHUB_HEAD_REF: "trunk", GITHUB_BASE_REF: "trunk" },
      { repository, pull_request: { head: { repo: { full_name: "other/game" } } } },
      { own: "trunk", others: ["trunk", "trunk"], fork: true },
    ],
    [
      "a deleted fork's",
      { GITHUB_HEAD_REF: "x", GITHUB_BASE_REF: "trunk" },
      { repository, pull_request: { head: { repo: null } } },
      { own: "x", others: ["trunk", "trunk"], fork: true },
    ],
    [
      "a push",
      { GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "topic" },
      { repository },
      { own: "topic", others: ["trunk"], fork: false },
    ],
    [
      "a pushed tag",
      { GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v1" },
      { repository },
      { own: undefined, others: ["trunk"], fork: false },
    ],
    [
      "a merge queue",
      { GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "gh-readonly-queue/trunk/pr-1" },
      { repository, merge_group: { base_ref: "refs/heads/trunk" } },
      { own: undefined, others: ["trunk", "trunk"], fork: false },
    ],
  ])("of %s", (_, environment, event, expected) => {
    expect(githubBranches(environment, event)).toEqual(expected)
  })
})

describe("the engine's log", () => {
  const cache = { host: "127.0.0.1:5910", writes: "127.0.0.1:5910/cache/x:main" }
  const started = new Date("2026-01-02T10:00:00.700Z")
  const read = String.raw`time="2026-01-02T10:00:03Z" level=info msg="fetch failed" error="failed to do request: Head \"https://127.0.0.1:5910/v2/cache/x/manifests/main\": dial tcp 127.0.0.1:5910: connect: connection refused" host="127.0.0.1:5910"`
  const written = String.raw`time="2026-01-02T10:01:03Z" level=error msg="error running cache export for client abc" client_id=abc error="error writing layer blob: unexpected status from HEAD request to http://127.0.0.1:5910/v2/x: 405 Method Not Allowed"`

  it("tells what could not be read and written", () => {
    expect(readFailures(`${read}\n${read}\n${written}\n`, cache, started)).toEqual([
      expect.stringMatching(/could not be read from 127.0.0.1:5910: Head .*connection refused/),
      expect.stringMatching(/could not be written to .*x:main: unexpected status .*405/),
    ])
  })

  it("is read from the run's start on, for this registry", () => {
    expect(readFailures(read, cache, new Date("2026-01-02T10:05:00Z"))).toEqual([])
    expect(readFailures(`${read}\n${written}`, { ...cache, host: "other" }, started)).toEqual([])
  })

  it("does not complain of a branch that has no cache yet", () => {
    const missing = `time="2026-01-02T10:00:03Z" level=info msg="fetch failed after status: 404 Not Found" host="127.0.0.1:5910"`
    const denied = missing.replace("404 Not Found", "401 Unauthorized")
    expect(readFailures(missing, cache, started)).toEqual([])
    expect(readFailures(denied, cache, started)).toEqual([
      "the cache could not be read from 127.0.0.1:5910: it answers 401 Unauthorized",
    ])
  })
})
