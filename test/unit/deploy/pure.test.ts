import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readCredentials } from "../../../ci/deploy/src/aws/credentials.js"
import { figuresOf } from "../../../ci/deploy/src/commands/deployments.js"
import { waves } from "../../../ci/deploy/src/commands/waves.js"
import { standingOf } from "../../../ci/deploy/src/registry/history.js"
import type { DeploymentRecord } from "../../../ci/deploy/src/registry/records.js"

const bare = { deploy: { transactions: [], environments: {} } }

describe("waves", () => {
  it("puts dependencies first, also those through services that are not deployed", () => {
    const services = [
      { ...bare, name: "web", dependsOn: ["lib"] },
      { ...bare, name: "lib", dependsOn: ["store"] },
      { ...bare, name: "store", dependsOn: [] },
    ]
    expect(waves(services, ["web", "store"])).toEqual([["store"], ["web"]])
  })

  it("has every service once, whatever circles there are", () => {
    const names = ["a", "b", "c", "d"]
    const graph = fc.tuple(...names.map(() => fc.subarray(names)))
    fc.assert(
      fc.property(graph, (edges) => {
        const services = names.map((name, index) => ({
          ...{ ...bare, name },
          dependsOn: edges[index] ?? [],
        }))
        expect(waves(services, names).flat().sort()).toEqual(names)
      }),
    )
  })
})

describe("the figures of a history", () => {
  const record = (hour: number, verdict: DeploymentRecord["verdict"]): DeploymentRecord => ({
    ...{ version: 1, service: "api", environment: "staging", digest: "sha256:0", tag: "t" },
    ...{ strategy: "rolling", reason: "", by: "me", deployment: "arn", verdict },
    started: `2026-01-01T0${hour}:00:00Z`,
    ended: `2026-01-01T0${hour}:00:00Z`,
    committed: "2026-01-01T00:00:00Z",
  })

  it("are told from the records", () => {
    const history = [
      record(8, "passed"),
      record(5, "deadline"),
      record(4, "rolled-back"),
      record(2, "passed"),
    ]
    expect(figuresOf(history)).toEqual({
      ...{ deployments: 4, failureRate: 50, leadTimeHours: 5, recoveryHours: 4 },
    })
  })

  it("count a deployment that was taken back by hand as failed, and the way back as none", () => {
    const back = { ...record(6, "passed"), rollback: true as const, previous: "sha256:new" }
    const history = [
      record(8, "superseded"),
      back,
      { ...record(3, "passed"), digest: "sha256:new" },
      record(1, "passed"),
    ]
    expect(figuresOf(history)).toEqual({
      ...{ deployments: 3, failureRate: 33.3, leadTimeHours: 2, recoveryHours: 3 },
    })
  })

  it("are missing where there is nothing to tell them from", () => {
    expect(figuresOf([])).toEqual({ deployments: 0 })
  })
})

describe("an image", () => {
  const record = (changes: Partial<DeploymentRecord>): DeploymentRecord => ({
    ...{ version: 1, service: "api", environment: "staging", digest: "sha256:a", tag: "t" },
    ...{ strategy: "rolling", reason: "", by: "me", deployment: "arn", verdict: "passed" },
    ...{ started: "2026-01-01T00:00:00Z", ended: "2026-01-01T00:00:00Z" },
    ...changes,
  })
  const back = record({ digest: "sha256:b", rollback: true, previous: "sha256:a" })

  it.each<[what: string, history: DeploymentRecord[], standing: string]>([
    ["nobody has heard of", [], "unknown"],
    ["that passed", [record({})], "passed"],
    ["that was rolled back", [record({ verdict: "rolled-back" }), record({})], "failed"],
    ["that was replaced before it was judged", [record({ verdict: "superseded" })], "unknown"],
    ["that was taken back by hand", [back, record({})], "failed"],
    ["that passed after it was taken back", [record({}), back, record({})], "passed"],
    ["that was only to be taken back", [{ ...back, verdict: "deadline" }, record({})], "passed"],
  ])("%s", (_, history, standing) => {
    expect(standingOf(history, "sha256:a")).toBe(standing)
  })
})

describe("credentials", () => {
  it.each([
    ["no JSON", "AKIASECRET"],
    ["other JSON", '{"secret": "AKIASECRET"}'],
  ])("are never quoted: %s", (_, text) => {
    expect(() => readCredentials(text, 0)).toThrow(/^(?!.*AKIASECRET)/)
  })

  it("that have ended are refused", () => {
    const text = JSON.stringify({
      ...{ AccessKeyId: "a", SecretAccessKey: "b", Expiration: "2026-01-01T00:00:00Z" },
    })
    expect(() => readCredentials(text, Date.UTC(2026, 1))).toThrow("ended at 2026-01-01")
  })
})
