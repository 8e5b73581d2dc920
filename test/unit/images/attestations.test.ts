import { describe, expect, it } from "vitest"
import { documentsOf, provenance } from "../../../ci/src/images/attestations.js"

const REVISION = "a".repeat(40)
const DIGEST = `sha256:${"b".repeat(64)}`
const FACTS = {
  origin: { revision: REVISION, created: "2026-11-27T10:00:00Z", source: "https://example.com/g" },
  bases: [
    { reference: "python:3.11-slim", digest: `sha256:${"c".repeat(64)}` },
    { reference: "registry.example.com:5000/base/go", digest: `sha256:${"d".repeat(64)}` },
  ],
  ...{ dockerfile: "api/Dockerfile", target: "runtime", args: { MODE: "x" }, secrets: ["TOKEN"] },
  engine: "v0.19.10",
  ...{ started: "2026-11-27T10:01:00Z", finished: "2026-11-27T10:02:00Z" },
}

describe("provenance", () => {
  it("names the commit, the Dockerfile, what was asked for, and every image that went in", () => {
    expect(provenance(FACTS)).toMatchObject({
      buildDefinition: {
        externalParameters: {
          configSource: {
            uri: "git+https://example.com/g",
            digest: { gitCommit: REVISION },
            path: "api/Dockerfile",
          },
          request: {
            frontend: "dockerfile.v0",
            args: { target: "runtime", "build-arg:MODE": "x" },
            secrets: [{ id: "TOKEN" }],
          },
        },
        resolvedDependencies: [
          { digest: { gitCommit: REVISION } },
          { uri: "pkg:docker/python@3.11-slim", digest: { sha256: "c".repeat(64) } },
          {
            uri: `pkg:docker/registry.example.com:5000/base/go@sha256%3A${"d".repeat(64)}`,
            digest: { sha256: "d".repeat(64) },
          },
        ],
      },
      runDetails: { builder: { version: { dagger: "v0.19.10" } } },
    })
  })

  it("invents no source", () => {
    const { revision, created } = FACTS.origin
    const text = JSON.stringify(provenance({ ...FACTS, origin: { revision, created } }))
    expect(text).not.toContain("git+")
  })
})

describe("the documents of an image", () => {
  const subject = { repository: "registry.example.com/game/api", digest: DIGEST }
  const sbom = { cyclonedx: '{"bomFormat":"CycloneDX"}', spdx: '{"spdxVersion":"SPDX-2.3"}' }

  it("are its bills of materials and its provenance, and a statement of each to be signed", () => {
    const { plain, statements } = documentsOf(subject, sbom, FACTS)
    expect(plain.map(({ attachment }) => attachment.artifactType)).toEqual([
      "application/vnd.cyclonedx+json",
      "application/spdx+json",
      "application/vnd.in-toto+json",
    ])
    expect(statements.map(({ name }) => name)).toEqual([
      "signature",
      "provenance",
      "cyclonedx",
      "spdx",
    ])
    for (const { text } of statements)
      expect(JSON.parse(text)).toMatchObject({
        _type: "https://in-toto.io/Statement/v1",
        subject: [{ name: subject.repository, digest: { sha256: "b".repeat(64) } }],
      })
  })

  it("go without a bill of materials where none is wanted", () => {
    const { plain, statements } = documentsOf(subject, undefined, FACTS)
    expect(plain.map(({ attachment }) => attachment.file)).toEqual(["provenance.json"])
    expect(statements.map(({ name }) => name)).toEqual(["signature", "provenance"])
  })
})
