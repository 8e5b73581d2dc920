import fc from "fast-check"
import { describe, expect, it } from "vitest"

import {
  dockerfileFault,
  globFault,
  normaliseGlob,
  normalisePath,
  onlyExcludes,
  pathFault,
  resolveOwnPath,
} from "../../../ci/src/config/paths.js"

const pathText = fc
  .array(fc.constantFrom("a", "b.c", ".", "..", "/", "!", "*", "\\", " ", "\n", "ü"))
  .map((parts) => parts.join(""))

describe("paths", () => {
  it.each([
    ["services/api", "services/api"],
    ["./services//api/", "services/api"],
    ["services/./api", "services/api"],
    [".", "."],
    ["./", "."],
    ["...", "..."],
  ])("normalises %j to %j", (path, normal) => {
    expect(pathFault(path)).toBeUndefined()
    expect(normalisePath(path)).toBe(normal)
  })

  it.each([
    ["", "must not be empty"],
    ["  ", "must not be empty"],
    ["/srv/api", "must not be absolute"],
    ["../api", 'must not contain ".."'],
    ["services/../api", 'must not contain ".."'],
    ["services/api /", "must not begin or end with a space"],
    ["services\\api", "must not contain a backslash"],
    ["services/a\npi", "contains a line break or another control character"],
    ["services/a\0pi", "contains a line break or another control character"],
  ])("refuses %j", (path, message) => {
    expect(pathFault(path)?.message).toBe(message)
  })

  it("are stable once normalised", () => {
    fc.assert(
      fc.property(pathText, (path) => {
        fc.pre(pathFault(path) === undefined)
        const normal = normalisePath(path)
        expect(pathFault(normal)).toBeUndefined()
        expect(normalisePath(normal)).toBe(normal)
      }),
    )
  })
})

describe("Dockerfiles", () => {
  it.each([
    ["services/api", "Dockerfile.nats", "services/api/Dockerfile.nats"],
    ["services/api", "./docker/Dockerfile", "services/api/docker/Dockerfile"],
    ["services/api", "/docker/python.Dockerfile", "docker/python.Dockerfile"],
    [".", "Dockerfile", "Dockerfile"],
  ])("of %j named %j are %j", (path, dockerfile, resolved) => {
    expect(dockerfileFault(dockerfile)).toBeUndefined()
    expect(resolveOwnPath(path, dockerfile)).toBe(resolved)
  })

  it.each([
    ["docker/", 'write "docker/Dockerfile"'],
    ["/docker/", 'write "/docker/Dockerfile"'],
    [".", 'write "Dockerfile"'],
    ["/", 'write "/Dockerfile"'],
  ])("are files, and %j is a folder", (dockerfile, suggestion) => {
    expect(dockerfileFault(dockerfile)).toEqual({
      message: "must be a file, not a folder",
      suggestion,
    })
  })

  it("outside the service's folder are named from the root", () => {
    const { message, expected } = dockerfileFault("../Dockerfile") ?? {}
    expect(message).toBe('must not contain ".."')
    expect(expected).toContain('"/" and a path from the repository\'s root')
  })
})

describe("globs", () => {
  it.each([
    ["proto/**", "proto/**"],
    ["./proto/*.proto", "proto/*.proto"],
    ["docs/", "docs/**"],
    ["!docs/", "!docs/**"],
    ["a//b/./c", "a/b/c"],
    ["./!important", "./!important"],
    ["!(docs)/**", "!(docs)/**"],
    ["pages/\\[id\\].tsx", "pages/\\[id\\].tsx"],
  ])("normalises %j to %j", (glob, normal) => {
    expect(globFault(glob)).toBeUndefined()
    expect(normaliseGlob(glob)).toBe(normal)
  })

  it.each([
    ["", "must not be empty"],
    ["!", "must not be empty"],
    ["/docs/**", "must not begin with a slash"],
    ["!/docs/**", "must not begin with a slash"],
    ["../proto/**", 'must not contain ".."'],
    [".", "matches no file"],
    ["./", "matches no file"],
    ["./ ", "matches no file"],
    ["a\n", "contains a line break or another control character"],
  ])("refuses %j", (glob, message) => {
    expect(globFault(glob)?.message).toBe(message)
  })

  it("are stable once normalised", () => {
    fc.assert(
      fc.property(pathText, (glob) => {
        fc.pre(globFault(glob) === undefined)
        const normal = normaliseGlob(glob)
        expect(globFault(normal)).toBeUndefined()
        expect(normaliseGlob(normal)).toBe(normal)
      }),
    )
  })

  it.each([
    [[], false],
    [["**", "!docs/**"], false],
    [["!docs/**"], true],
    [["!(docs)/**"], false],
  ])("%j: only exclusions is %j", (globs, only) => {
    expect(onlyExcludes(globs)).toBe(only)
  })
})
