import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  imageReferenceProblem,
  isPinned,
  parseImageReference,
} from "../../../ci/src/dockerfile/image-reference.js"

const digest = `sha256:${"a".repeat(64)}`

describe("parseImageReference", () => {
  it.each([
    ["python", "python", "docker.io/library/python:latest"],
    ["python:3.11-slim", "python:3.11-slim", "docker.io/library/python:3.11-slim"],
    ["library/python", "python", "docker.io/library/python:latest"],
    ["docker.io/python:3", "python:3", "docker.io/library/python:3"],
    ["index.docker.io/bitnami/redis", "bitnami/redis", "docker.io/bitnami/redis:latest"],
    ["localhost/app", "localhost/app", "localhost/app:latest"],
    ["localhost:5000/app:1", "localhost:5000/app:1", "localhost:5000/app:1"],
    ["[::1]:5000/app", "[::1]:5000/app", "[::1]:5000/app:latest"],
    ["ghcr.io/a/b/c:v1", "ghcr.io/a/b/c:v1", "ghcr.io/a/b/c:v1"],
    ["Registry/app", "Registry/app", "Registry/app:latest"],
    [`redis@${digest}`, `redis@${digest}`, `docker.io/library/redis@${digest}`],
    [`redis:7@${digest}`, `redis:7@${digest}`, `docker.io/library/redis:7@${digest}`],
  ])("%s", (text, familiar, canonical) => {
    expect(parseImageReference(text)).toMatchObject({ familiar, canonical })
  })

  it.each([
    "",
    "Python",
    "a b",
    "a:",
    "a:b:c",
    "a@sha256:123",
    "a//b",
    "/a",
    "a/",
    "-a",
    "a".repeat(64),
    `a:${"t".repeat(129)}`,
    "$IMAGE",
  ])("refuses %j, and says why", (text) => {
    expect(parseImageReference(text)).toBeUndefined()
    expect(imageReferenceProblem(text)).toBeTypeOf("string")
  })

  it("reads its own names again", () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,6}([._-][a-z0-9]{1,4})?$/)
    const host = fc.constantFrom("", "ghcr.io/", "localhost:5000/")
    const name = fc.tuple(host, fc.array(part, { minLength: 1, maxLength: 3 }), part)
    fc.assert(
      fc.property(name, ([registry, path, tag]) => {
        const reference = parseImageReference(`${registry}${path.join("/")}:${tag}`)
        expect(reference).toBeDefined()
        expect(parseImageReference(reference?.canonical ?? "")).toEqual(reference)
        expect(parseImageReference(reference?.familiar ?? "")).toEqual(reference)
      }),
    )
  })
})

describe("isPinned", () => {
  const pinned = (text: string, images: string[] = []) => {
    const reference = parseImageReference(text)
    return reference && isPinned(reference, images)
  }

  it("takes a digest, or a tag that is mapped under any of its names", () => {
    expect(pinned(`python@${digest}`)).toBe(true)
    expect(pinned("python:3.11")).toBe(false)
    expect(pinned("python:3.11", ["docker.io/library/python:3.11"])).toBe(true)
    expect(pinned("python", ["python:latest"])).toBe(true)
    expect(pinned("python:3.12", ["python:3.11"])).toBe(false)
  })
})
