import { existsSync, readdirSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { formatEvent } from "../../ci/src/run/events.js"
import type { TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

const TEST = "examples/services/leaderboard/tests/test_sums.py"

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository()
  // Two services in one list are a repository of their own to the engine, which keeps runs for each.
  const { services, libraries } = JSON.parse(repository.read("services.json"))
  const kept = (services as { name: string }[]).filter(({ name }) =>
    ["leaderboard", "moderation"].includes(name),
  )
  repository.write("services.json", JSON.stringify({ services: kept, libraries }, null, 2))
  repository.write(TEST, "def test_arithmetic() -> None:\n    assert 1 + 1 == 3\n")
  repository.git("add", "--all")
  repository.git("commit", "--quiet", "--message=count wrongly")
})
afterAll(() => repository.delete())

/** Takes what OpenTelemetry sends, and keeps it as text. */
async function traceReceiver() {
  let received = ""
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const body = Buffer.concat(chunks)
      const isPacked = request.headers["content-encoding"] === "gzip"
      received += (isPacked ? gunzipSync(body) : body).toString("latin1")
      response.end()
    })
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const { port } = server.address() as AddressInfo
  return {
    variables: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    },
    received: () => received,
    close: () => server.close(),
  }
}

function report(folder: string): Record<string, unknown> & { rows: { service: string }[] } {
  return JSON.parse(repository.read(`${folder}/run.json`))
}

describe("a run that failed", () => {
  it("is kept and traced, and its report is made without running anything", async () => {
    const traces = await traceReceiver()
    const run = await repository.pipeline(["ci"], traces.variables)
    traces.close()
    expect(run.exitCode).toBe(1)
    expect(traces.received()).toContain("leaderboard test")
    expect(traces.received()).toContain("cicd.pipeline.task.run.result")
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
    const events = readdirSync(join(repository.path, ".pipeline/runs"))
    expect(events.filter((name) => name.endsWith(".jsonl"))).toHaveLength(1)
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

describe("a run that was interrupted", () => {
  it("is kept as far as it was, without the launcher too", async () => {
    repository.write(TEST, "import time\n\n\ndef test_slow() -> None:\n    time.sleep(90)\n")
    await repository.shell(`
      dagger --progress=plain call ci --service=leaderboard > .pipeline/output 2>&1 &
      while kill -0 $! && ! grep -q stage-started .pipeline/output; do sleep 0.2; done
      sleep 14; kill $!; wait`)
    const { stdout } = await repository.shell("dagger call runs --format=json")
    expect((JSON.parse(stdout) as unknown[])[0]).toMatchObject({
      ...{ command: "ci --service=leaderboard", exitCode: 3 },
      incomplete: expect.stringContaining("it was interrupted"),
    })
  })
})

describe("a run whose record was lost", () => {
  it("is reported from the launcher's events, which is said", async () => {
    const begin = {
      ...{ id: "29990101T000000-lost", started: "2999-01-01T00:00:00.000Z" },
      ...{ services: ["leaderboard"], stages: 4, jobs: 2 },
    }
    const events = [
      formatEvent({ event: "run-started", ...begin }),
      formatEvent({ event: "stage-started", service: "leaderboard", stage: "preflight" }),
    ]
    repository.write(`.pipeline/runs/${begin.id}.jsonl`, events.join("\n"))
    const { exitCode } = await repository.pipeline(["report", "-o", "lost"])
    expect(exitCode).toBe(0)
    expect(report("lost")).toMatchObject({
      id: begin.id,
      exitCode: 3,
      incomplete: expect.stringContaining("the engine was lost"),
    })
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
