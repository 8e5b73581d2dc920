import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { VERSIONS } from "../../../ci/src/scanners/versions.js"
import { pinnedVersions, versionChanges } from "../../../engine/launcher/pinned-versions.mjs"

const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url))

/** Reads this checkout, as if some of its files were others. */
const read = (changed: Record<string, string> = {}) => {
  return (path: string) => {
    const file = join(CHECKOUT, path)
    return changed[path] ?? (existsSync(file) ? readFileSync(file, "utf8") : "")
  }
}

it("every scanner is known, and what the programs are made of", async () => {
  const versions = await pinnedVersions(read())
  for (const [tool, version] of Object.entries(VERSIONS))
    expect(versions.get(`scanner ${tool}`)).toBe(version)
  expect(versions.get("engine dagger")).toMatch(/^v\d+\.\d+\.\d+$/)
  expect(versions.get("tool schemathesis")).toMatch(/^\d+\.\d+/)
  expect(versions.get("package zod")).toMatch(/^\d+\.\d+\.\d+$/)
})

it("what changed between two versions is named, and nothing else", async () => {
  const file = "ci/src/scanners/versions.ts"
  const table = `const VERSIONS = {\n  bandit: "9.9.9",\n  "new-tool": "1.0.0",\n} as const\n`
  const only = (text: string) => pinnedVersions((path) => (path === file ? text : ""))
  const before = await only('VERSIONS = {\n  bandit: "1.9.4",\n  "old-tool": "2.0.0",\n}')
  expect(versionChanges(before, await only(table))).toEqual([
    "scanner bandit: 1.9.4 -> 9.9.9",
    "scanner new-tool: new, 1.0.0",
    "scanner old-tool: 2.0.0 -> gone",
  ])
  expect(versionChanges(before, before)).toEqual([])
})

it("a version without these files has none", async () => {
  expect(await pinnedVersions(() => "")).toEqual(new Map())
})
