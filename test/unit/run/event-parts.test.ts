import { describe, expect, it } from "vitest"
import type { Plan, Reason } from "../../../ci/src/changes/plan.js"
import { failedForEvent, plannedForEvent } from "../../../ci/src/run/event-parts.js"
import type { TestCase } from "../../../ci/src/run/test-report.js"

/** What one event may have, so that thousands of lines of progress stay readable by their tools. */
const LINE = 250_000
const machine = { cores: 2, memoryMegabytes: 4096, jobs: 2 }

function plan({ services, files }: { services: number; files: number }): Plan {
  const reasons: Reason[] = numbers(files).map((file) => ({
    kind: "global",
    file: `infrastructure/modules/${file}.tf`,
  }))
  return {
    version: 1,
    base: { how: "none" } as unknown as Plan["base"],
    head: {} as Plan["head"],
    files,
    all: null,
    services: numbers(services).map((name) => ({ name: `service-${name}`, reasons })),
    ...{ removed: [], skipped: [], unused: [], warnings: [] },
  }
}

function units(count: number) {
  return numbers(count).map((number) => ({
    ...{ name: `service-${number}`, kind: "service" as const, path: `services/${number}` },
    dependsOn: ["library"],
  }))
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

describe("the plan of an event", () => {
  it("is the plan where that is short", () => {
    const planned = { plan: plan({ services: 45, files: 10 }), units: units(45), machine }
    expect(plannedForEvent(planned)).toEqual(planned)
  })

  it("says why each of 500 services runs, whatever changed, in a line of bounded length", () => {
    const planned = plannedForEvent({
      ...{ plan: plan({ services: 500, files: 2000 }), units: units(500), machine },
    })
    expect(JSON.stringify(planned).length).toBeLessThan(LINE)
    expect(planned.plan?.services).toHaveLength(500)
    for (const { reasons } of planned.plan?.services ?? []) expect(reasons).toHaveLength(1)
    expect(planned.plan?.files).toBe(2000)
    expect(planned.plan?.warnings[0]).toContain("only its beginning")
    expect(planned.units).toHaveLength(500)
  })

  it("is left out where even that is too long", () => {
    const planned = plannedForEvent({
      ...{ plan: plan({ services: 20_000, files: 3 }), units: units(20_000), machine },
    })
    expect(planned).toEqual({ plan: null, units: [], machine })
  })
})

describe("the failed tests of an event", () => {
  const failed: TestCase = {
    ...{ name: "test_a", suite: "tests.test_a", status: "failed", seconds: 1 },
    ...{ message: "x".repeat(9999), details: `${"y".repeat(9999)}the error` },
  }

  it("are those that failed, cut to a size", () => {
    const [only, ...others] = failedForEvent([{ ...failed, status: "passed" }, failed])
    expect(others).toEqual([])
    expect(only).toMatchObject({ name: "test_a", details: expect.stringMatching(/the error$/) })
    expect(JSON.stringify(only).length).toBeLessThan(3000)
  })

  it("are the first of many", () => {
    expect(JSON.stringify(failedForEvent(numbers(10_000).map(() => failed))).length).toBeLessThan(
      60_000,
    )
  })
})
