import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ImageFacts } from "../../../ci/src/images/policy.js"
import { imageFaults } from "../../../ci/src/images/policy.js"
import { secretName } from "../../../ci/src/images/secret-name.js"

const MB = 1024 ** 2

function facts(changes: Partial<ImageFacts>): ImageFacts {
  return {
    digest: `sha256:${"a".repeat(64)}`,
    bytes: 10 * MB,
    env: ["PATH=/usr/bin", "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D"],
    history: ["RUN |1 APP_MODE=production /bin/sh -c make", 'CMD ["/app"]'],
    leaks: [],
    ...changes,
  }
}

describe("what an image must not be", () => {
  it.each<[string, Partial<ImageFacts>]>([
    ["what images usually are", {}],
    ["the name of a secret without a value", { env: ["API_TOKEN="] }],
    ["a secret's name in a command", { history: ["RUN /bin/sh -c echo API_TOKEN=$x"] }],
    ["an argument after those of the build", { history: ["RUN |1 A=b /bin/sh -c x API_TOKEN=y"] }],
  ])("is nothing of %s", (_, changes) => expect(imageFaults(facts(changes), 10 * MB)).toEqual([]))

  it.each<[string, Partial<ImageFacts>, RegExp]>([
    ["a variable", { env: ["API_TOKEN=abc"] }, /^API_TOKEN looks .* environment: use RUN --mount/],
    [
      "a build argument",
      { history: ["RUN |2 MODE=a b PIP_TOKEN=x=y /bin/sh -c pip install"] },
      /^PIP_TOKEN looks .* history: use RUN --mount=type=secret,id=PIP_TOKEN/,
    ],
    ["its size", { bytes: 10 * MB + 1 }, /^its layers take 10.0 MB, more than build.max_size/],
    [
      "a value in a layer",
      { leaks: [{ secret: "PIP_TOKEN", where: "layer 3 of 4" }] },
      /^the value of the secret PIP_TOKEN is in layer 3 of 4: /,
    ],
  ])("is known by %s", (_, changes, fault) => {
    const faults = imageFaults(facts(changes), 10 * MB)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(fault)
  })

  it("never shows a value", () => {
    const value = fc.stringMatching(/^[0-9a-z]{20,40}$/)
    fc.assert(
      fc.property(value, (text) => {
        const seen = { env: [`API_TOKEN=${text}`], history: [`RUN |1 DB_PASSWORD=${text} sh`] }
        const faults = imageFaults(facts(seen), undefined)
        expect(faults).toHaveLength(2)
        expect(faults.join()).not.toContain(text)
      }),
    )
  })
})

describe("the name of a secret", () => {
  it.each([
    ["env://PIP_TOKEN", "PIP_TOKEN"],
    ["PIP_TOKEN", "PIP_TOKEN"],
    ["file://./secrets/npmrc", "npmrc"],
    ["file:///run/.npmrc", undefined],
    ["op://vault/item/PIP_TOKEN?cacheKey=a", "PIP_TOKEN"],
    ["cmd://gh auth token", undefined],
    ["cmd://token", undefined],
    ["", undefined],
  ])("of %j is %j", (address, name) => expect(secretName(address)).toBe(name))
})
