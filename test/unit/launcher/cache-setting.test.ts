import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import { branchTag } from "../../../engine/launcher/cache-branches.mjs"
import { findBuildKey, readCacheSetting } from "../../../engine/launcher/cache-setting.mjs"

const REPOSITORY = "registry.example.com/game/cache"

describe("build.cache of pipeline.yaml", () => {
  it.each([
    ["plain", `build:\n  cache: ${REPOSITORY}\n`],
    ["quoted", `build:\n    registry: x\n    cache: "${REPOSITORY}"   # where layers go\n`],
    ["single quotes, quoted keys", `"build":\n  'cache': '${REPOSITORY}'`],
    [
      "after comments and other sections",
      `jobs: 2\n\nbuild: # it\n\n  # one\n  cache: ${REPOSITORY}`,
    ],
    ["Windows line ends", `build:\r\n  cache: ${REPOSITORY}\r\n`],
  ])("is read: %s", (_, yaml) => {
    expect(findBuildKey(yaml, "cache")?.value).toBe(REPOSITORY)
  })

  it.each([
    ["absent", "jobs: 2\n"],
    ["of another section", `scan:\n  cache: ${REPOSITORY}\nbuild:\n  registry: x\n`],
    ["after the section", `build:\n  registry: x\nscan:\n  cache: ${REPOSITORY}\n`],
    ["deeper", `build:\n  other:\n    cache: ${REPOSITORY}\n`],
    ["an empty flow section", "build: {}\n"],
  ])("is not there: %s", (_, yaml) => {
    expect(findBuildKey(yaml, "cache")).toBeUndefined()
  })

  it.each([
    ["flow style", `build: { cache: ${REPOSITORY} }`, 1],
    ["a value on the next line", `build:\n  cache:\n    ${REPOSITORY}`, 2],
    ["a block scalar", `build:\n  cache: >-\n    ${REPOSITORY}`, 2],
    ["an anchor", `build:\n  cache: &c ${REPOSITORY}`, 2],
  ])("is refused with its line: %s", (_, yaml, line) => {
    expect(() => findBuildKey(yaml, "cache")).toThrow(`pipeline.yaml:${line}: can't read`)
  })
})

describe("the setting", () => {
  const root = mkdtempSync(join(tmpdir(), "pipeline-cache-"))
  afterAll(() => rmSync(root, { recursive: true }))
  writeFileSync(join(root, "pipeline.yaml"), `build:\n  cache: ${REPOSITORY}\n`)

  it("comes from the file, and PIPELINE_CACHE overrides it", () => {
    expect(readCacheSetting({}, root)?.repository).toBe(REPOSITORY)
    const other = "127.0.0.1:5000/cache"
    expect(readCacheSetting({ PIPELINE_CACHE: other }, root)?.repository).toBe(other)
    expect(readCacheSetting({ PIPELINE_CACHE: "off" }, root)).toBeUndefined()
    expect(readCacheSetting({ PIPELINE_CACHE: "" }, root)?.repository).toBe(REPOSITORY)
  })

  it.each([
    "https://registry.example.com/x",
    "registry.example.com/x:tag",
    "game",
    "UPPER.com/a b",
  ])("refuses %s", (value) => {
    expect(() => readCacheSetting({ PIPELINE_CACHE: value }, root)).toThrow("PIPELINE_CACHE is")
  })

  it("refuses a mode it does not know", () => {
    expect(() => readCacheSetting({ PIPELINE_CACHE_MODE: "rw" }, root)).toThrow('"read" or "write"')
  })
})

describe("a branch's tag", () => {
  const branch = fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" })

  it("is a valid one, with room for a suffix", () => {
    fc.assert(
      fc.property(branch, (name) => {
        expect(branchTag(name)).toMatch(/^[a-z0-9_][a-z0-9._-]{0,92}$/)
      }),
    )
  })

  it("differs for different branches", () => {
    fc.assert(
      fc.property(branch, branch, (one, other) => {
        expect(branchTag(one) === branchTag(other)).toBe(one === other)
      }),
    )
    expect(branchTag("feature/a")).not.toBe(branchTag("feature-a"))
    expect(branchTag("Main")).not.toBe(branchTag("main"))
  })
})
