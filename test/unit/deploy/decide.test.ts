import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Memory, Observation, Rules } from "../../../ci/deploy/src/gates/decide.js"
import { decide, firstMemory } from "../../../ci/deploy/src/gates/decide.js"
import { judgeTraffic } from "../../../ci/deploy/src/gates/metrics.js"

const GATES = {
  ...{ errorRate: 5, minRequests: 20, failures: 2, patience: 60 },
  inconclusive: "rollback" as const,
}
const RULES: Rules = {
  ...{ gates: GATES, started: 0, deadline: 900, watch: 0, rollbackDeadline: 300 },
}
const FINAL = ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"]

function seen(changes: Partial<Observation> = {}): Observation {
  return {
    ...{ at: 1000, status: "IN_PROGRESS", reason: "", weight: 0, failedTasks: 0 },
    ...{ runningTasks: 2, alarms: [], unhealthyTargets: 0, superseded: false },
    ...changes,
  }
}

const anything: fc.Arbitrary<Observation> = fc.record(
  {
    at: fc.nat(2_000_000),
    status: fc.constantFrom(...FINAL, "PENDING", "IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "NEW"),
    stage: fc.constantFrom("SCALE_UP", "BAKE_TIME", "A_NEW_STAGE"),
    reason: fc.string(),
    weight: fc.integer({ min: 0, max: 100 }),
    hook: fc.record({ id: fc.string(), stage: fc.string() }),
    failedTasks: fc.nat(5),
    runningTasks: fc.nat(5),
    alarms: fc.array(fc.string(), { maxLength: 1 }),
    traffic: fc.record({ requests: fc.nat(100), errors: fc.nat(10) }),
    probe: fc.record({ passed: fc.boolean(), reason: fc.string() }),
    unhealthyTargets: fc.nat(2),
    superseded: fc.boolean(),
  },
  {
    requiredKeys: [
      ...(["at", "status", "reason", "weight", "failedTasks", "runningTasks"] as const),
      ...(["alarms", "unhealthyTargets", "superseded"] as const),
    ],
  },
)

describe("whatever is seen", () => {
  it("is passed only when ECS says SUCCESSFUL of this deployment and nothing was rolled back", () => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 20 }), (looks) => {
        let memory: Memory = firstMemory(0)
        for (const look of looks) {
          const before = memory.phase
          const { action, memory: next } = decide(RULES, memory, look)
          memory = next
          if (action.kind !== "end") continue
          if (action.verdict === "passed") {
            expect(look.status).toBe("SUCCESSFUL")
            expect(look.superseded).toBe(false)
            expect(before).not.toBe("rolling-back")
          }
          return
        }
      }),
    )
  })

  it("is never let go on at a gate while something speaks against it", () => {
    fc.assert(
      fc.property(anything, (look) => {
        const { action } = decide(RULES, firstMemory(0), look)
        if (action.kind !== "continue") return
        expect(look.alarms).toEqual([])
        expect(look.probe?.passed).not.toBe(false)
        if (look.traffic && look.weight > 0)
          expect(judgeTraffic(look.traffic, GATES).kind).toBe("pass")
      }),
    )
  })
})

describe("at a gate", () => {
  const hook = { id: "h", stage: "PRE_PRODUCTION_TRAFFIC_SHIFT" }

  it.each<[what: string, changes: Partial<Observation>, action: string]>([
    ["goes on before there are users", { traffic: { requests: 0, errors: 0 } }, "continue"],
    ["goes on with good traffic", { weight: 10, traffic: { requests: 50, errors: 1 } }, "continue"],
    ["waits for more requests", { weight: 10, traffic: { requests: 3, errors: 3 } }, "wait"],
    ["refuses bad traffic", { weight: 10, traffic: { requests: 50, errors: 9 } }, "refuse"],
    ["refuses under an alarm", { alarms: ["a"] }, "refuse"],
    ["waits after one failed check", { probe: { passed: false, reason: "x" } }, "wait"],
  ])("%s", (_, changes, action) => {
    expect(decide(RULES, firstMemory(0), seen({ hook, ...changes })).action.kind).toBe(action)
  })

  it.each(["rollback", "warn"] as const)("that stays inconclusive: %s", (inconclusive) => {
    const rules = { ...RULES, gates: { ...GATES, inconclusive } }
    const look = { hook, weight: 10, traffic: { requests: 3, errors: 0 } }
    const { memory } = decide(rules, firstMemory(0), seen({ ...look, at: 0 }))
    const { action } = decide(rules, memory, seen({ ...look, at: 61_000 }))
    expect(action.kind).toBe(inconclusive === "warn" ? "continue" : "refuse")
  })
})

describe("traffic", () => {
  it("of a canary of 5 % that always fails is bad, which an alarm on the service can't see", () => {
    expect(judgeTraffic({ requests: 50, errors: 50 }, GATES).kind).toBe("fail")
    // The same on the whole service: 50 of 1000 requests.
    expect(judgeTraffic({ requests: 1000, errors: 50 }, GATES).kind).toBe("pass")
  })
})
