import { describe, expect, it } from "vitest"
import { deepDependencies } from "../../../ci/src/run/dependencies.js"

const unit = (name: string, ...dependsOn: string[]) => ({ name, path: name, dependsOn })
const names = (config: Parameters<typeof deepDependencies>[0], name: string) =>
  deepDependencies(config, name).map((owner) => owner.name)

describe("deepDependencies", () => {
  it.each([
    ["none", { services: [unit("a")], libraries: [] }, []],
    [
      "of dependencies",
      { services: [unit("a", "l")], libraries: [unit("l", "m"), unit("m")] },
      ["l", "m"],
    ],
    [
      "met twice",
      { services: [unit("a", "l", "m")], libraries: [unit("l", "m"), unit("m")] },
      ["l", "m"],
    ],
    ["in a cycle", { services: [unit("a", "b"), unit("b", "a")], libraries: [] }, ["b"]],
    ["unknown", { services: [unit("a", "nobody")], libraries: [] }, []],
  ])("%s", (_, config, expected) => {
    expect(names(config, "a")).toEqual(expected)
  })
})
