import { expect, it } from "vitest"
import { engineConfig, garbageCollection } from "../../../engine/lib/engine.mjs"

const GIBIBYTE = 1024 ** 3

it.each([
  [4, 1],
  [12, 1.5],
  [24, 2],
  [256, 2],
])("limits the engine's memory on a machine with %i GiB to %d GiB", (memory, limit) => {
  expect(garbageCollection(memory * GIBIBYTE).GOMEMLIMIT).toBe(`${limit * GIBIBYTE}B`)
})

it("collects nothing that a session of the last hour used, before the cache has twice its limit", () => {
  const { gc } = engineConfig({ registry: "127.0.0.1:5000", standIns: true })
  const limits = gc.policies.map(({ maxUsedSpace, keepDuration }) => [maxUsedSpace, keepDuration])
  expect(gc.maxUsedSpace).toBe("20GB")
  expect(limits).toEqual([
    ["512MB", "48h"],
    ["40GB", undefined],
    ["40GB", undefined],
    ["20GB", "1h"],
    ["20GB", "1h"],
  ])
})
