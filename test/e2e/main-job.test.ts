import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

const SERVICES = [
  "api",
  "knowledge-base",
  "leaderboard",
  "matchmaking",
  "moderation",
  "player-profile",
  "realtime-gateway",
  "world-state",
]
const STAGES = ["preflight", "test", "scan", "build", "smoke"]
/** Every stage of every service, the contract of matchmaking, and the integration test. */
const ROWS = SERVICES.length * STAGES.length + 2

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository({ scans: true })
})
afterAll(() => repository.delete())

describe("the main job", () => {
  it("runs every stage of every service for real", async () => {
    const { exitCode, stdout, output } = await repository.pipeline(["ci"])
    expect(output).toContain("dagger call ci")
    const rows = tableRows(stdout)
    // A row says that it failed, the text after the table says why.
    expect(
      rows.filter(({ result }) => result !== "ok"),
      stdout,
    ).toEqual([])
    expect(new Set(rows.map(({ service, stage }) => `${service} ${stage}`)).size).toBe(ROWS)
    expect(stdout).toMatch(/^PASSED: 8 of 8 services and 1 of 1 integration tests passed/m)
    expect(exitCode).toBe(0)
  })

  it("reuses every result of unchanged inputs, and says so", async () => {
    const { exitCode, stdout } = await repository.shell("dagger call ci")
    expect(exitCode).toBe(0)
    expect(tableRows(stdout)).toHaveLength(ROWS)
    expect(tableRows(stdout).filter(({ cached }) => !cached)).toEqual([])
  })

  it("lists every service as unchanged and names the base when nothing changed", async () => {
    const { exitCode, stdout } = await repository.shell("dagger call ci --changed")
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/Running 0 of 8 services: 0 files changed since /)
    for (const service of SERVICES)
      expect(stdout).toMatch(new RegExp(`unchanged: .*\\b${service}\\b`))
    expect(stdout).toMatch(/^PASSED: /m)
  })

  it("runs one service again after an edit to it, and nothing of the others", async () => {
    repository.append("examples/services/moderation/README.md", "\nEdited.\n")
    repository.write("examples/services/moderation/extra.txt", "an edit\n")
    const changed = await repository.shell("dagger call ci --changed")
    expect(changed.exitCode).toBe(0)
    expect(new Set(tableRows(changed.stdout).map(({ service }) => service))).toEqual(
      new Set(["moderation"]),
    )

    repository.write(
      "examples/services/moderation/extra.txt",
      `an edit nobody made before: ${randomUUID()}\n`,
    )
    const all = await repository.shell("dagger call ci")
    expect(all.exitCode).toBe(0)
    // A tool looks at all services at once, so an edit to one has all of them looked at again.
    const again = tableRows(all.stdout).filter(({ cached, stage }) => !cached && stage !== "scan")
    expect(new Set(again.map(({ service }) => service))).toEqual(new Set(["moderation"]))
    expect(tableRows(all.stdout)).toHaveLength(ROWS)
  })

  it("runs the dependents of a library", async () => {
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message=edits")
    repository.append("examples/libs/gamekit/gamekit/__init__.py", "\n# Edited.\n")
    const { exitCode, stdout } = await repository.shell("dagger call plan --format=json")
    expect(exitCode).toBe(0)
    const { services } = JSON.parse(stdout)
    const config = JSON.parse(repository.read("services.json"))
    const users = config.services.filter((service: { depends_on?: string[] }) =>
      service.depends_on?.includes("gamekit"),
    )
    expect(services.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(users.map(({ name }: { name: string }) => name)),
    )
    expect(services.map(({ name }: { name: string }) => name)).not.toContain("knowledge-base")
    repository.git("checkout", "--quiet", ".")
  })
})

describe("a failing step", () => {
  it("fails its service, names the reason, and can be debugged where it failed", async () => {
    repository.write(
      "examples/services/leaderboard/tests/test_broken.py",
      "def test_arithmetic() -> None:\n    assert 1 + 1 == 3\n",
    )
    const run = await repository.shell("dagger call ci --service=leaderboard,knowledge-base")
    expect(run.exitCode).toBe(1)
    const rows = tableRows(run.output)
    expect(rows).toContainEqual({
      service: "leaderboard",
      stage: "test",
      result: "FAILED",
      cached: false,
    })
    expect(rows).toContainEqual({
      service: "leaderboard",
      stage: "build",
      result: "-",
      cached: false,
    })
    expect(
      rows
        .filter(({ service }) => service === "knowledge-base")
        .every(({ result }) => result === "ok"),
    ).toBe(true)
    expect(run.output).toMatch(/FAILED {2}leaderboard test: 1 of \d+ tests failed: test_arithmetic/)

    const [, command = ""] = /reproduce: (dagger call debug .*) terminal/.exec(run.output) ?? []
    expect(command).toBe("dagger call debug --service=leaderboard --step=test")
    // What a person would type at the prompt of the terminal (without quotes: --args is a list).
    const typed =
      "echo in $(pwd); echo redis at $REDIS_URL; eval $PIPELINE_STEP; echo ended with $?"
    const debug = await repository.shell(`${command} with-exec --args=sh,-c,'${typed}' stdout`)
    expect(debug.stdout).toContain("in /src/examples/services/leaderboard")
    expect(debug.stdout).toContain("redis at redis://redis:6379/0")
    expect(debug.stdout).toContain("test_arithmetic")
    expect(debug.stdout).toContain("ended with 1")
  })

  it("is run again although its inputs are the same, and shows the same table through the launcher", async () => {
    const { exitCode, stdout } = await repository.pipeline(["ci", "--service=leaderboard"])
    expect(exitCode).toBe(1)
    expect(tableRows(stdout)).toContainEqual({
      service: "leaderboard",
      stage: "test",
      result: "FAILED",
      cached: false,
    })
    repository.remove("examples/services/leaderboard/tests/test_broken.py")
  })

  it("stops with a missing module before the tests, and says what is missing", async () => {
    repository.append(
      "examples/services/moderation/moderation/__init__.py",
      "\nimport no_such_package_at_all  # noqa: F401\n",
    )
    const { exitCode, output } = await repository.shell("dagger call ci --service=moderation")
    expect(exitCode).toBe(1)
    expect(output).toMatch(/FAILED {2}moderation preflight: .*imports: /)
    expect(output).toContain(
      "not installed: add no_such_package_at_all to examples/services/moderation/requirements.txt",
    )
    repository.git("checkout", "--quiet", ".")
  })

  it("is one row when an image can't be built", async () => {
    repository.append(
      "examples/services/moderation/Dockerfile",
      "\nRUN echo buil''ding && exit 42\n",
    )
    const { exitCode, output } = await repository.shell("dagger call ci --service=moderation")
    expect(exitCode).toBe(1)
    expect(tableRows(output)).toContainEqual({
      service: "moderation",
      stage: "build",
      result: "FAILED",
      cached: false,
    })
    expect(output).toMatch(/moderation build: .*Dockerfile:\d+: .*exit code 42/)
    expect(output).toMatch(/^ {4}building$/m)
    const again = "dagger call debug --service=moderation --step=build --rerun stdout"
    const debug = await repository.shell(again)
    expect(debug.output).toMatch(/\bbuilding$/m)
    expect(debug.exitCode).toBe(42)
    repository.git("checkout", "--quiet", ".")
  })

  it("could not be known when a registry does not answer", async () => {
    const dockerfile = "examples/services/moderation/Dockerfile"
    repository.write(
      dockerfile,
      repository.read(dockerfile).replaceAll(/^FROM \S+/gm, "FROM 127.0.0.1:9/nothing:1"),
    )
    const { exitCode, output } = await repository.shell("dagger call ci --service=moderation")
    expect(exitCode).toBe(3)
    expect(tableRows(output)).toContainEqual({
      service: "moderation",
      stage: "build",
      result: "ERROR",
      cached: false,
    })
    expect(output).toContain("127.0.0.1:9")
    repository.git("checkout", "--quiet", ".")
  })
})

describe("a cache whose registry is down", () => {
  it("is a warning that costs nothing, and the result stays", async () => {
    const cache = { PIPELINE_CACHE: "127.0.0.1:9/cache" }
    const { exitCode, stdout, output } = await repository.pipeline(["plan", "--all"], cache)
    expect(stdout).toContain("world-state")
    expect(exitCode).toBe(0)
    expect(output).toMatch(
      /^pipeline: warning: the cache is neither read nor written: nothing answers at 127\.0\.0\.1:9$/m,
    )
  })
})
