import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { originLabels, readBases, sourceAddress } from "../../../ci/src/images/labels.js"

const ORIGIN = { revision: "0".repeat(40), created: "2026-01-02T03:04:05Z" }
const BASES = [{ reference: "python:3.11-slim", digest: `sha256:${"b".repeat(64)}` }]

describe("the labels of a pushed image", () => {
  it("say where it comes from, with the names of the OCI", () => {
    const labels = Object.fromEntries(
      originLabels("api", { ...ORIGIN, source: "https://example.com/org/game" }, BASES),
    )
    expect(labels).toEqual({
      "org.opencontainers.image.title": "api",
      "org.opencontainers.image.revision": ORIGIN.revision,
      "org.opencontainers.image.version": ORIGIN.revision,
      "org.opencontainers.image.created": ORIGIN.created,
      "org.opencontainers.image.source": "https://example.com/org/game",
      "dev.pipeline.bases": JSON.stringify(BASES),
    })
    expect(readBases(labels["dev.pipeline.bases"] ?? "")).toEqual(BASES)
  })

  it("leave out a source that is not known", () => {
    const names = originLabels("api", ORIGIN, []).map(([name]) => name)
    expect(names).not.toContain("org.opencontainers.image.source")
  })

  it("are read without failing, whoever wrote them", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const { reference, digest } of readBases(text)) {
          expect(typeof reference).toBe("string")
          expect(typeof digest).toBe("string")
        }
      }),
    )
  })
})

describe("the address of a repository", () => {
  it.each([
    ["https://github.com/org/game.git", "https://github.com/org/game"],
    ["https://user:secret@github.com/org/game.git", "https://github.com/org/game"],
    ["https://git.example.com:8443/org/game/", "https://git.example.com:8443/org/game"],
    ["git@github.com:org/game.git", "https://github.com/org/game"],
    ["ssh://git@github.com:22/org/game.git", "https://github.com/org/game"],
  ])("of %s", (remote, address) => expect(sourceAddress(remote)).toBe(address))

  it.each(["", "/srv/git/game.git", "../game", "file:///srv/git/game.git", "C:\\game"])(
    "is none for %j",
    (remote) => expect(sourceAddress(remote)).toBeUndefined(),
  )
})
