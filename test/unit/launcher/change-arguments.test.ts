import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { changeArguments, withoutCredentials } from "../../../engine/launcher/change-arguments.mjs"
import { earlierTimings } from "../../../engine/launcher/earlier-runs.mjs"
import { cleanCommit, readLastGreen, recordGreen } from "../../../engine/launcher/last-green.mjs"
import type { Row } from "../../../engine/launcher/progress-lines.mjs"

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pipeline-arguments-"))
  git("init", "--quiet", "--initial-branch=main")
})
afterEach(() => rmSync(root, { recursive: true }))

function git(...args: string[]): string {
  const person = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
  return execFileSync("git", [...person, ...args], { cwd: root, encoding: "utf8" }).trim()
}

function row(service: string, stage: string, more: Partial<Row> = {}): Row {
  const rest = { status: "passed", reason: "", seconds: 1, cached: false, ...more }
  return { service, stage, ...rest } as Row
}

/** Keeps a run as the launcher does. */
function keepRun(id: string, rows: Row[]): void {
  const folder = join(root, ".pipeline/runs")
  mkdirSync(folder, { recursive: true })
  const lines = rows.map((each) => JSON.stringify({ pipelineEvent: 1, event: "row", row: each }))
  writeFileSync(
    join(folder, `${id}.jsonl`),
    [...lines, '{"pipelineEvent":1,"event":"ro'].join("\n"),
  )
}

function call(line: string, environment: NodeJS.ProcessEnv = {}) {
  const functionArguments = line.split(" ")
  return changeArguments({ root, name: functionArguments[0], functionArguments, environment })
}

describe("a report", () => {
  const GITHUB = { GITHUB_ACTIONS: "true" }
  const STARTED = '{"event":"run-started"}\n'
  const FINISHED = `${STARTED}{"event":"run-finished"}\n`

  function keepEvents(id: string, events: string): void {
    const folder = join(root, ".pipeline/runs")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${id}.jsonl`), events)
  }

  it("is of the engine's last run, which may have been started without the launcher", async () => {
    keepEvents("20260101T000000-aaaa", FINISHED)
    expect(await call("report")).toEqual(["report"])
  })

  it("is of a job's own last run in GitHub Actions: others use the same engine", async () => {
    expect(await call("report", GITHUB)).toEqual(["report"])
    keepEvents("20260101T000000-aaaa", FINISHED)
    keepEvents("20260102T000000-bbbb", FINISHED)
    expect(await call("report", GITHUB)).toEqual(["report", "--run=20260102T000000-bbbb"])
    expect(await call("report --run=x", GITHUB)).toEqual(["report", "--run=x"])
  })

  it("is made from the launcher's events where the run was lost", async () => {
    keepEvents("20260101T000000-aaaa", STARTED)
    const lost = ["report", "--from=.pipeline/runs/20260101T000000-aaaa.jsonl"]
    expect(await call("report")).toEqual(lost)
    expect(await call("report", GITHUB)).toEqual(lost)
  })
})

describe("the time that services took", () => {
  it("is the sum of their stages, each as last measured; reused and failed ones say nothing", () => {
    keepRun("20260101T000000-aaaa", [
      row("api", "test", { seconds: 9 }),
      row("api", "build", { seconds: 4 }),
      row("web", "test", { seconds: 3, cached: true }),
    ])
    keepRun("20260102T000000-aaaa", [
      row("api", "test", { seconds: 5 }),
      row("api", "build", { seconds: 100, status: "failed" }),
    ])
    expect(earlierTimings(root)).toEqual({ api: 9 })
  })

  it("is given to the table and the shards of a plan, and to nothing else", async () => {
    expect(await call("plan --all")).toEqual(["plan", "--all"])
    keepRun("20260101T000000-aaaa", [row("api", "test")])
    const timings = "--timings=.pipeline/timings.json"
    expect(await call("plan --all")).toEqual(["plan", "--all", timings])
    const shards = "plan --all --format=matrix --shards=3"
    expect(await call(shards)).toEqual([...shards.split(" "), timings])
    for (const line of [
      "plan --all --format=json",
      "plan --all --format=matrix",
      "plan --all --explain=api",
      "ci",
    ])
      expect(await call(line)).toEqual(line.split(" "))
  })
})

describe("the last green commits", () => {
  const [first, second] = ["1".repeat(40), "2".repeat(40)]

  it("are kept for services whose stages all went well, and the others keep theirs", () => {
    recordGreen(root, first, [row("api", "test"), row("web", "test"), row("old", "test")])
    recordGreen(root, second, [
      row("api", "test"),
      row("api", "build", { status: "skipped", reason: "no dockerfile in services.json" }),
      row("web", "test", { status: "failed" }),
      row("worker", "test"),
      row("worker", "build", { status: "skipped", reason: "stopped by --fail-fast: web test" }),
    ])
    expect(readLastGreen(root)).toEqual({ api: second, web: first, old: first })
  })

  it("take the place of --last-green=auto", async () => {
    expect(await call("ci --last-green=auto")).toEqual(["ci"])
    recordGreen(root, first, [row("web", "test"), row("api", "test")])
    const recorded = `--last-green=api=${first},web=${first}`
    expect(await call("ci --last-green=auto --jobs=1")).toEqual(["ci", recorded, "--jobs=1"])
    expect(await call("ci --last-green auto")).toEqual(["ci", recorded])
    expect(await call(`ci --last-green=${second}`)).toEqual(["ci", `--last-green=${second}`])
  })

  it("can only be known where the files are a commit's", async () => {
    expect(await cleanCommit(root)).toBeUndefined()
    git("commit", "--quiet", "--allow-empty", "--message=first")
    expect(await cleanCommit(root)).toBe(git("rev-parse", "HEAD"))
    writeFileSync(join(root, "new.txt"), "")
    expect(await cleanCommit(root)).toBeUndefined()
  })
})

describe("the remote", () => {
  const CI = { GITHUB_ACTIONS: "true", GITHUB_TOKEN: "secret" }

  it("is given in CI and to shallow clones, without credentials; the token as a reference", async () => {
    git("remote", "add", "origin", "https://user:secret@example.com/o/r.git")
    const remote = "--remote=https://example.com/o/r.git"
    expect(await call("plan")).toEqual(["plan"])
    expect(await call("plan", CI)).toEqual(["plan", remote, "--git-token=env://GITHUB_TOKEN"])
    expect(await call("ci", CI)).toEqual(["ci"])
    writeFileSync(join(root, ".git/shallow"), "")
    expect(await call("ci --changed")).toEqual(["ci", "--changed", remote])
    expect(await call("ci --push")).toEqual(["ci", "--push", remote])
    expect(await call("ci --changed --remote=x")).toEqual(["ci", "--changed", "--remote=x"])
  })

  it.each([
    ["https://user:secret@example.com/o/r.git", "https://example.com/o/r.git"],
    ["https://secret@example.com/o/r.git", "https://example.com/o/r.git"],
    ["ssh://git@example.com/o/r.git", "ssh://git@example.com/o/r.git"],
    ["git@example.com:o/r.git", "git@example.com:o/r.git"],
    ["https://example.com/o/r@v1.git", "https://example.com/o/r@v1.git"],
  ])("%s is shown as %s", (address, shown) => {
    expect(withoutCredentials(address)).toBe(shown)
  })
})

describe("a registry on this machine", () => {
  const ENDPOINT = "--registry-endpoint=tcp://127.0.0.1:5000"

  it.each([
    ["ci --push --registry=127.0.0.1:5000/game", ENDPOINT],
    ["images --registry 127.0.0.1:5000/game", ENDPOINT],
    ["verify-images --registry=localhost/game", "--registry-endpoint=tcp://localhost:80"],
    ["ci --registry=127.0.0.1:5000/game", undefined],
    ["ci --push --registry=registry.example.com/game", undefined],
    ["ci --push --registry=127.0.0.1:5000/game --registry-endpoint=tcp://x:1", undefined],
  ])("is reached from the steps of %s", async (words, added) => {
    expect((await call(words)).slice(words.split(" ").length)).toEqual(added ? [added] : [])
  })

  it.each([
    ["build:\n  registry: 127.0.0.1:5000/game # ours\n", true],
    ["build:\n  registry: registry.example.com/game\n", false],
    ["build: { registry: 127.0.0.1:5000/game }\n", false],
  ])("is found in %j", async (yaml, found) => {
    writeFileSync(join(root, "pipeline.yaml"), yaml)
    expect(await call("images")).toEqual(found ? ["images", ENDPOINT] : ["images"])
  })
})

it("an event file that can't be read is refused before anything runs", async () => {
  await expect(call("plan --event=/nowhere.json")).rejects.toThrow(/can't be read/)
})
