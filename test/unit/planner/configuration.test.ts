import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { pathsOf } from "../../../engine/planner/configuration.js"

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "pipeline-paths-"))
  mkdirSync(join(root, "services/api/node_modules/x"), { recursive: true })
  writeFileSync(join(root, "services/api/Dockerfile"), "")
  symlinkSync("api", join(root, "services/alias"))
  symlinkSync("api/Dockerfile", join(root, "services/file"))
  symlinkSync("nowhere", join(root, "services/broken"))
})
afterAll(() => rmSync(root, { recursive: true }))

it.each<[path: string, is: "folder" | "file" | "nothing"]>([
  ["services", "folder"],
  ["services/api", "folder"],
  ["services/api/Dockerfile", "file"],
  ["services/alias", "folder"],
  ["services/alias/Dockerfile", "file"],
  ["services/file", "file"],
  ["services/broken", "nothing"],
  ["services/api/Dockerfile/more", "nothing"],
  ["services/other", "nothing"],
  ["other/api", "nothing"],
  ["__proto__", "nothing"],
  ["services/api/node_modules/x", "nothing"],
  [".", "folder"],
])("%s is, for the engine, a %s", (path, is) => {
  const { exists, isFile } = pathsOf(root)
  const seen = isFile(path) ? "file" : exists(path) ? "folder" : "nothing"
  expect(seen).toBe(is)
})
