import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Row } from "../../../ci/src/run/rows.js"
import { exitCodeOf, row, SERVICE_STAGES as STAGES } from "../../../ci/src/run/rows.js"
import { schedule } from "../../../ci/src/run/schedule.js"
import { failed, passed, service } from "./rows.js"

const options = { jobs: 2, failFast: false }
const verdicts = (rows: Row[]) =>
  rows.map(({ service, stage, status }) => `${service} ${stage} ${status}`)

describe("schedule", () => {
  it("gives one row for every stage of every service, in order", async () => {
    const rows = await schedule(
      [service("a"), service("b")],
      async ({ name }, stage) => passed(name, stage),
      options,
    )
    expect(verdicts(rows)).toEqual(
      ["a", "b"].flatMap((name) => STAGES.map((stage) => `${name} ${stage} passed`)),
    )
  })

  it("stops the later stages of a service that failed, and nobody else's", async () => {
    const rows = await schedule(
      [service("bad"), service("good")],
      async ({ name }, stage) =>
        name === "bad" && stage === "test" ? failed(name, stage) : passed(name, stage),
      options,
    )
    expect(verdicts(rows)).toEqual([
      "bad preflight passed",
      "bad test failed",
      "bad scan passed",
      "bad build skipped",
      "bad smoke skipped",
      ...STAGES.map((stage) => `good ${stage} passed`),
    ])
    expect(rows.find(({ stage }) => stage === "build")?.reason).toBe("test failed")
  })

  it("starts nothing new after a failure with failFast, and says why", async () => {
    const rows = await schedule(
      [service("bad"), service("late")],
      async ({ name }, stage) => (name === "bad" ? failed(name, stage) : passed(name, stage)),
      { jobs: 1, failFast: true },
    )
    expect(verdicts(rows).slice(STAGES.length)).toEqual(
      STAGES.map((stage) => `late ${stage} skipped`),
    )
    expect(rows.at(-1)?.reason).toContain("stopped by --fail-fast: bad preflight")
  })

  it("scans while the tests run, and goes on when both have ended", async () => {
    const order: string[] = []
    await schedule(
      [service("a")],
      async ({ name }, stage) => {
        order.push(`${stage} begins`)
        await new Promise((resolve) => setImmediate(resolve))
        if (stage === "test") await new Promise((resolve) => setImmediate(resolve))
        order.push(`${stage} ends`)
        return passed(name, stage)
      },
      options,
    )
    expect(order.slice(2, 7)).toEqual([
      ...["test begins", "scan begins", "scan ends", "test ends"],
      "build begins",
    ])
  })

  it("makes a row of a stage that threw, and goes on with the others", async () => {
    const rows = await schedule(
      [service("a"), service("b")],
      async ({ name }, stage) => {
        if (name === "a") throw new Error("the registry hung up\nsecond line")
        return passed(name, stage)
      },
      options,
    )
    expect(rows[0]).toMatchObject({
      service: "a",
      stage: "preflight",
      status: "error",
      reason: "the registry hung up",
    })
    expect(verdicts(rows).slice(STAGES.length)).toEqual(STAGES.map((stage) => `b ${stage} passed`))
  })

  it("gives a unit the stages that it names", async () => {
    const rows = await schedule(
      [{ name: "a", stages: ["test", "smoke"] as const }],
      async ({ name }, stage) => passed(name, stage),
      options,
    )
    expect(verdicts(rows)).toEqual(["a test passed", "a smoke passed"])
  })

  it("begins a unit only after those it comes after, even with one job", async () => {
    const started: string[] = []
    const rows = await schedule(
      [
        { name: "last", stages: ["test"] as const, after: ["a", "b", "absent"] },
        { name: "a" },
        { name: "b" },
      ],
      async ({ name }, stage) => {
        started.push(`${name} ${stage}`)
        return passed(name, stage)
      },
      { jobs: 1, failFast: false },
    )
    expect(started.at(-1)).toBe("last test")
    expect(rows[0]).toMatchObject({ service: "last", status: "passed" })
  })

  it("does not begin a unit when one that it comes after failed, and says which", async () => {
    const rows = await schedule(
      [
        { name: "bad" },
        { name: "good" },
        { name: "last", stages: ["test"] as const, after: ["good", "bad"] },
      ],
      async ({ name }, stage) =>
        name === "bad" && stage === "smoke" ? failed(name, stage) : passed(name, stage),
      options,
    )
    expect(rows.at(-1)).toMatchObject({
      service: "last",
      status: "skipped",
      reason: "bad smoke failed",
    })
  })

  it("goes on after a stage that has nothing to do", async () => {
    const rows = await schedule(
      [service("a")],
      async ({ name }, stage) =>
        stage === "build"
          ? row(name, stage, "skipped", { reason: "no dockerfile" })
          : passed(name, stage),
      options,
    )
    expect(verdicts(rows).at(-1)).toBe("a smoke passed")
  })

  it("never works on more services at once than it may, whatever their number", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 12 }),
        async (jobs, count) => {
          const running: string[] = []
          let most = 0
          const services = Array.from({ length: count }, (_, index) => service(`s${index}`))
          await schedule(
            services,
            async ({ name }, stage) => {
              running.push(name)
              most = Math.max(most, new Set(running).size)
              await Promise.resolve()
              running.splice(running.indexOf(name), 1)
              return passed(name, stage)
            },
            { jobs, failFast: false },
          )
          expect(most).toBeLessThanOrEqual(jobs)
        },
      ),
      { numRuns: 40 },
    )
  })

  it("reports every row as soon as it is known", async () => {
    const seen: Row[] = []
    const rows = await schedule([service("a")], async ({ name }, stage) => passed(name, stage), {
      ...options,
      onRow: (result) => seen.push(result),
    })
    expect(seen).toEqual(rows)
  })
})

describe("exitCodeOf", () => {
  it.each([
    ["nothing to do", [], 0],
    ["all passed", [passed("a", "test")], 0],
    ["one failed", [passed("a", "test"), failed("b", "test")], 1],
    ["one could not be carried out", [passed("a", "test"), row("b", "test", "error")], 3],
    ["a failure outweighs what is unknown", [row("a", "test", "error"), failed("b", "test")], 1],
    ["skipped alone is no failure", [row("a", "smoke", "skipped")], 0],
  ])("%s", (_, rows, code) => {
    expect(exitCodeOf(rows)).toBe(code)
  })
})
