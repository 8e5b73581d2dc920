import { describe, expect, it } from "vitest"
import { isFromFork } from "../../../ci/src/run/fork.js"

const OWN = { full_name: "game/backend" }

describe("a pull request", () => {
  it.each([
    ["of the repository's own branch", { head: { repo: OWN } }, false],
    ["of a fork", { head: { repo: { full_name: "me/backend" } } }, true],
    ["of a fork that was deleted", { head: { repo: null } }, true],
    ["that says nothing of where it comes from", {}, true],
  ])("%s", (_, request, expected) => {
    const base = { repo: OWN }
    expect(isFromFork(JSON.stringify({ pull_request: { base, ...request } }))).toBe(expected)
    expect(isFromFork(JSON.stringify({ pull_request: request, repository: OWN }))).toBe(expected)
  })
})

it("another event comes from no fork", () => {
  expect(isFromFork(JSON.stringify({ repository: OWN, after: "a".repeat(40) }))).toBe(false)
})

it.each(["", "{", "[]", "null"])("%j is refused", (text) => {
  expect(() => isFromFork(text)).toThrow("--event: the file does not hold a JSON object")
})
