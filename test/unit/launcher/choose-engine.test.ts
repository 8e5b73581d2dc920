import { describe, expect, it } from "vitest"
import { chooseEngine } from "../../../engine/launcher/choose-engine.mjs"
import { daggersInPath, isAtLeast, parseVersion } from "../../../engine/launcher/dagger-cli.mjs"
import { KitError } from "../../../engine/lib/errors.mjs"
import { SOCKET } from "../../../engine/lib/paths.mjs"

const VARIABLE = "_EXPERIMENTAL_DAGGER_RUNNER_HOST"

function choose(environment: NodeJS.ProcessEnv, servers: string[], native = true) {
  return chooseEngine({
    environment,
    answers: async (command) => servers.includes(command),
    requireNative: async () => {
      if (!native) throw new KitError("NOT_ROOT", "needs root")
    },
  })
}

describe("chooseEngine", () => {
  it.each([
    {
      what: "one the environment names",
      environment: { [VARIABLE]: "tcp://x:1" },
      servers: ["docker"],
      kind: "environment",
    },
    {
      what: "our own, when the environment names it",
      environment: { [VARIABLE]: `unix://${SOCKET}` },
      servers: ["docker"],
      kind: "native",
    },
    {
      what: "Docker's before Podman's",
      environment: {},
      servers: ["podman", "docker"],
      kind: "docker",
    },
    { what: "Podman's", environment: {}, servers: ["podman"], kind: "podman" },
    { what: "the native one, when nothing answers", environment: {}, servers: [], kind: "native" },
    {
      what: "the native one, when the variable is empty",
      environment: { [VARIABLE]: "" },
      servers: [],
      kind: "native",
    },
  ])("takes $what", async ({ environment, servers, kind }) => {
    expect((await choose(environment, servers)).kind).toBe(kind)
  })

  it("says why there is none", async () => {
    await expect(choose({}, [], false)).rejects.toThrow("needs root")
  })
})

describe("the version of a dagger CLI", () => {
  it.each([
    { text: "dagger v0.19.10 (image://x) linux/amd64", recent: true },
    { text: "dagger v0.19.9 (image://x) linux/amd64", recent: false },
    { text: "dagger v0.20.0", recent: true },
    { text: "dagger v1.0.0", recent: true },
    { text: "dagger v0.9.11", recent: false },
  ])("$text is recent enough: $recent", ({ text, recent }) => {
    expect(isAtLeast(parseVersion(text) ?? [], [0, 19, 10])).toBe(recent)
  })

  it("is unknown where none is printed", () => {
    expect(parseVersion("command not found")).toBeUndefined()
  })
})

describe("daggersInPath", () => {
  it("ignores folders without one, and an empty PATH", () => {
    expect(daggersInPath("/nonexistent::/proc")).toEqual([])
    expect(daggersInPath("")).toEqual([])
  })
})
