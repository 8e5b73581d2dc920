import { expect, it } from "vitest"
import { garbageCollection } from "../../../engine/lib/engine.mjs"

const GIBIBYTE = 1024 ** 3

it.each([
  [4, 1],
  [12, 1.5],
  [24, 2],
  [256, 2],
])("limits the engine's memory on a machine with %i GiB to %d GiB", (memory, limit) => {
  expect(garbageCollection(memory * GIBIBYTE).GOMEMLIMIT).toBe(`${limit * GIBIBYTE}B`)
})
