import { describe, expect, it } from "vitest"
import { destination, digestOf, isLoopback } from "../../../ci/src/images/reference.js"

const COMMIT = "0123456789abcdef0123456789abcdef01234567"
const DIGEST = `sha256:${"a".repeat(64)}`

describe("the place of an image", () => {
  it.each([
    ["registry.example.com/game", "registry.example.com", "registry.example.com/game/api"],
    ["registry.example.com/game/", "registry.example.com", "registry.example.com/game/api"],
    ["127.0.0.1:5000", "127.0.0.1:5000", "127.0.0.1:5000/api"],
    ["docker.io/org", "docker.io", "docker.io/org/api"],
  ])("in %s", (registry, host, repository) => {
    expect(destination(registry, "api", COMMIT)).toEqual({
      host,
      repository,
      tag: COMMIT,
      reference: `${repository}:${COMMIT}`,
    })
  })

  it.each([
    ["https://registry.example.com", "api"],
    ["registry.example.com/Game", "api"],
    ["registry.example.com/game", "a..b"],
    ["registry.example.com/game", "api-"],
    ["", "api"],
  ])("is none in %j for %j", (registry, service) => {
    expect(destination(registry, service, COMMIT)).toBeUndefined()
  })
})

describe("a registry on this machine", () => {
  it.each(["127.0.0.1:5000", "127.3.2.1/game", "localhost", "localhost:5000/game", "[::1]:5000"])(
    "%s",
    (registry) => expect(isLoopback(registry)).toBe(true),
  )
  it.each([
    "registry.example.com",
    "127.0.0.1.example.com/game",
    "localhost.example.com",
    "10.0.0.1:5000",
    "1127.0.0.1",
  ])("not %s", (registry) => expect(isLoopback(registry)).toBe(false))
})

it("reads the digest that a reference ends in", () => {
  expect(digestOf(`registry.example.com/game/api:1@${DIGEST}`)).toBe(DIGEST)
  expect(digestOf("registry.example.com/game/api:1")).toBeUndefined()
  expect(digestOf(`${DIGEST}`)).toBeUndefined()
})
