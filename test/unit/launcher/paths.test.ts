import { homedir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { network } from "../../../engine/lib/network.mjs"
import { defaultHome } from "../../../engine/lib/paths.mjs"

describe("the kit's home", () => {
  it.each([
    { user: { uid: 0, environment: {} }, home: "/var/cache/pipeline-engine" },
    { user: { uid: 0, environment: { XDG_CACHE_HOME: "/x" } }, home: "/var/cache/pipeline-engine" },
    { user: { uid: 1000, environment: {} }, home: join(homedir(), ".cache/pipeline-engine") },
    { user: { uid: 1000, environment: { XDG_CACHE_HOME: "/x" } }, home: "/x/pipeline-engine" },
  ])("of $user is $home", ({ user, home }) => {
    expect(defaultHome(user)).toBe(home)
  })
})

describe("the network of a home", () => {
  it("is its own, and the same every time", () => {
    expect(network("/a")).toEqual(network("/a"))
    expect(network("/a").name).not.toBe(network("/b").name)
    expect(network("/a").cidr).toMatch(/^10\.\d{2,3}\.0\.0\/16$/)
    // A bridge's name holds 15 characters, and this one gets a digit.
    expect(network("/a").name.length).toBeLessThan(15)
  })
})
