import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"
import type { TraceReceiver } from "./trace-receiver.js"
import { traceReceiver } from "./trace-receiver.js"

const TEST = "examples/services/leaderboard/tests/test_sums.py"

let repository: TestRepository
/** On the same engine, at the same time. */
let neighbour: TestRepository
let interrupted: Promise<unknown> | undefined

beforeAll(() => {
  repository = repositoryOf("leaderboard", "moderation")
  repository.write(TEST, "def test_arithmetic() -> None:\n    assert 1 + 1 == 3\n")
  repository.git("add", "--all")
  repository.git("commit", "--quiet", "--message=count wrongly")
  neighbour = repositoryOf("knowledge-base")
})
afterAll(() => {
  repository.delete()
  neighbour.delete()
})

/** Other services in the list are another repository to the engine, which keeps runs for each. */
function repositoryOf(...names: string[]): TestRepository {
  const made = exampleRepository()
  const { services, libraries } = JSON.parse(made.read("services.json"))
  const kept = (services as { name: string }[]).filter(({ name }) => names.includes(name))
  made.write("services.json", JSON.stringify({ services: kept, libraries }, null, 2))
  made.git("commit", "--quiet", "--all", "--message=fewer services")
  return made
}

type Report = Record<string, unknown> & { id: string; rows: { service: string }[] }

function report(folder: string, of = repository): Report {
  return JSON.parse(of.read(`${folder}/run.json`))
}

function eventFiles(of: TestRepository): string[] {
  const names = readdirSync(join(of.path, ".pipeline/runs"))
  return names.filter((name) => name.endsWith(".jsonl"))
}

describe("a run that failed", () => {
  it("is kept and traced, and its report is made without running anything", async () => {
    const traces = await traceReceiver()
    const [run, beside] = await Promise.all([
      repository.pipeline(["ci"], traces.variables),
      neighbour.pipeline(["ci"]),
    ])
    traces.close()
    expect(run.exitCode).toBe(1)
    expect(beside.exitCode, beside.output).toBe(0)
    expectSpans(traces)
    const { exitCode } = await repository.pipeline(["report", "-o", "ci-report"])
    expect(exitCode).toBe(0)
    expect(report("ci-report")).toMatchObject({
      ...{ command: "ci", exitCode: 1, incomplete: "" },
      ...{ commit: repository.git("rev-parse", "HEAD").trim(), engine: "v0.19.10" },
      inputs: { leaderboard: expect.stringMatching(/^sha256:/) },
    })
    expect(repository.read("ci-report/summary.md")).toContain("test_arithmetic")
    expect(repository.read("ci-report/junit/leaderboard.xml")).toContain("assert 1 + 1 == 3")
    expect(existsSync(join(repository.path, "ci-report/report.html"))).toBe(true)
    // Nothing but the run itself has left events.
    expect(eventFiles(repository)).toEqual([`${report("ci-report").id}.jsonl`])
  })

  it("has nothing of one that ran on the same engine at the same time, nor that one of it", async () => {
    const { exitCode } = await neighbour.pipeline(["report", "-o", "ci-report"])
    expect(exitCode).toBe(0)
    const other = report("ci-report", neighbour)
    expect(other).toMatchObject({
      ...{ exitCode: 0, incomplete: "", commit: neighbour.git("rev-parse", "HEAD").trim() },
    })
    expect(eventFiles(neighbour)).toEqual([`${other.id}.jsonl`])
    const services = ({ rows }: Report) => [...new Set(rows.map(({ service }) => service))].sort()
    expect(services(other)).toEqual(["knowledge-base"])
    expect(services(report("ci-report"))).toEqual(["leaderboard", "moderation"])
    // It takes its time, in which the next tests go on.
    interrupted = interruptedRun()
  })

  it("is taken up where it failed, with the files of its commit", async () => {
    repository.write(TEST, "def test_arithmetic() -> None:\n    assert 1 + 1 == 2\n")
    const again = "dagger call debug --from=ci-report/run.json --rerun stdout"
    const { exitCode, output } = await repository.shell(again)
    expect(exitCode).toBe(1)
    expect(output).toContain("leaderboard test of run")
    expect(output).toContain("its files, libraries and inputs are those of the record")
    expect(output).toContain("assert (1 + 1) == 3")

    const { commit } = report("ci-report")
    const elsewhere = repository.read("ci-report/run.json").replace(`${commit}`, "a".repeat(40))
    repository.write("elsewhere.json", elsewhere)
    const missing = await repository.shell("dagger call debug --from=elsewhere.json stdout")
    expect(missing.exitCode).toBe(2)
    expect(missing.output).toContain(`next: git fetch origin ${"a".repeat(40)}`)
    repository.remove("elsewhere.json")
  })

  it("is followed by a run of only what failed", async () => {
    const failed = await repository.shell("dagger call ci --failed")
    expect(new Set(tableRows(failed.stdout).map(({ service }) => service))).toEqual(
      new Set(["leaderboard"]),
    )
    expect(failed.exitCode).toBe(0)
    expect((await repository.shell("dagger call ci --failed")).stdout).toContain(
      "nothing of the last run failed",
    )
  })

  it("is listed with the others, and can be asked for", async () => {
    const { stdout } = await repository.shell("dagger call runs --format=json")
    // What came before are runs of other copies of this repository on the same engine.
    const runs = (JSON.parse(stdout) as { id: string; exitCode: number }[]).slice(0, 2)
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 1])
    const first = runs.at(-1)?.id ?? ""
    const { exitCode } = await repository.shell(`dagger call report --run=${first} -o first`)
    expect(exitCode).toBe(0)
    expect(report("first")).toMatchObject({ id: first, exitCode: 1 })
  })
})

/** A span for each stage, all of one trace, with what the stage asked of the engine below it. */
function expectSpans({ spans, faults }: TraceReceiver): void {
  expect(faults).toEqual([])
  const all = spans()
  const stage = (name: string) => all.filter((span) => span.name === name)
  for (const service of ["leaderboard", "moderation"])
    for (const name of ["preflight", "test"])
      expect(stage(`${service} ${name}`)).toMatchObject([
        {
          ended: true,
          attributes: { "cicd.pipeline.task.name": name, "pipeline.service": service },
        },
      ])
  const [failed] = stage("leaderboard test")
  expect(failed?.attributes).toMatchObject({
    "cicd.pipeline.name": "ci",
    "cicd.pipeline.task.run.result": "failure",
    "pipeline.reason": expect.stringContaining("test_arithmetic"),
  })
  expect(stage("moderation test")[0]?.attributes["cicd.pipeline.task.run.result"]).toBe("success")
  expect(new Set(all.map(({ trace }) => trace)).size).toBe(1)
  expect(all.some(({ parent }) => parent === failed?.id)).toBe(true)
  expect(all.some(({ id }) => id === failed?.parent)).toBe(true)
}

/** Ends dagger itself in the middle of a test, once the run was kept for the first time. */
function interruptedRun(): Promise<unknown> {
  const file = "examples/services/knowledge-base/tests/test_slow.py"
  neighbour.write(file, "import time\n\n\ndef test_slow() -> None:\n    time.sleep(90)\n")
  return neighbour.shell(`
    dagger --progress=plain call ci --service=knowledge-base > .pipeline/output 2>&1 &
    while kill -0 $! && ! grep -q stage-started .pipeline/output; do sleep 0.2; done
    sleep 14; kill $!; wait`)
}

describe("a run whose record was lost", () => {
  it("is reported from the launcher's events, which is said", async () => {
    // What the first run left, as if it had not come to its end.
    const { id: first } = report("ci-report")
    const [begin = "", ...events] = repository.read(`.pipeline/runs/${first}.jsonl`).split("\n")
    const id = "29990101T000000-lost"
    const before = events.filter((line) => !line.includes('"event":"run-finished"'))
    repository.write(`.pipeline/runs/${id}.jsonl`, [begin.replace(first, id), ...before].join("\n"))
    const { exitCode } = await repository.pipeline(["report", "-o", "lost"])
    expect(exitCode).toBe(0)
    expect(report("lost")).toMatchObject({
      ...{ id, exitCode: 3, commit: report("ci-report").commit, plan: report("ci-report").plan },
      incomplete: expect.stringContaining("the engine was lost"),
    })
    expect(repository.read("lost/junit/leaderboard.xml")).toContain("assert 1 + 1 == 3")
  })

  it("is not made up: what can't be read, or is not kept, is said", async () => {
    repository.write("broken.json", '{"version": 1, "rows": [')
    const broken = await repository.shell("dagger call report --from=broken.json -o none")
    expect(broken.exitCode).toBe(2)
    const unknown = await repository.shell("dagger call report --run=nothing -o none")
    expect(unknown.exitCode).toBe(2)
    expect(unknown.output).toContain("nothing")
    expect(existsSync(join(repository.path, "none"))).toBe(false)
  })
})

describe("a run that was interrupted", () => {
  it("is kept as far as it was, without the launcher too", async () => {
    await (interrupted ?? interruptedRun())
    const { stdout } = await neighbour.shell("dagger call runs --format=json")
    expect((JSON.parse(stdout) as unknown[])[0]).toMatchObject({
      ...{ command: "ci --service=knowledge-base", exitCode: 3 },
      incomplete: expect.stringContaining("it was interrupted"),
    })
  })
})
