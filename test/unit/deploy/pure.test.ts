import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readCredentials } from "../../../ci/deploy/src/aws/credentials.js"
import { figuresOf } from "../../../ci/deploy/src/commands/deployments.js"
import { waves } from "../../../ci/deploy/src/commands/waves.js"
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

  it("are missing where there is nothing to tell them from", () => {
    expect(figuresOf([])).toEqual({ deployments: 0 })
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
