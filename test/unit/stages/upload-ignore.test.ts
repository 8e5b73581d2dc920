import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { UPLOAD_IGNORE } from "../../../ci/src/stages/upload-ignore.mjs"

it("is the same list as the constructor's, which must stand there as text", () => {
  const source = readFileSync(new URL("../../../ci/src/index.ts", import.meta.url), "utf8")
  const [, list = ""] = /constructor\([\s\S]*?ignore: \[([\s\S]*?)\]/.exec(source) ?? []
  const patterns = [...list.matchAll(/"([^"]+)"/g)].map(([, pattern]) => pattern)
  expect(patterns).toEqual([".git", ...UPLOAD_IGNORE])
})
