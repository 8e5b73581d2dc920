import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { findEnvLine, userDefaultWarning } from "../../../engine/launcher/env-files.mjs"

let outer = ""
let folder = ""
beforeAll(() => {
  outer = mkdtempSync(join(tmpdir(), "env-files-"))
  folder = join(outer, "repository")
  mkdirSync(folder)
  writeFileSync(join(outer, ".env"), "# comment\nPIPELINE_PLAN_FORMAT=json\n")
  writeFileSync(join(folder, ".env"), "ci_no_cache=true\nexport CHECKOUT_FILES=x\n")
})
afterAll(() => rmSync(outer, { recursive: true }))

describe("userDefaultWarning", () => {
  it.each([
    {
      output: 'user default: pipeline.ci(noCache="true")',
      says: "repository/.env:1 sets `--no-cache` of `ci`",
    },
    {
      output: 'user default: pipeline.plan(format="json")',
      says: "/.env:2 sets `--format` of `plan`",
    },
    {
      output: 'user default: pipeline(checkoutFiles="x")',
      says: "repository/.env:2 sets `--checkout-files` of every function",
    },
    { output: 'user default: pipeline.ci(base="x")', says: "a .env file sets `--base` of `ci`" },
  ])("$output", ({ output, says }) => {
    expect(userDefaultWarning(output, folder)).toContain(says)
  })

  it("has nothing to say about other output", () => {
    expect(userDefaultWarning("a user default: x", folder)).toBeUndefined()
  })
})

describe("findEnvLine", () => {
  it("finds a line in the nearest file that has it", () => {
    expect(findEnvLine("# comment", folder)).toMatchObject({ file: join(outer, ".env"), line: 1 })
    expect(findEnvLine("nowhere", folder)).toBeUndefined()
  })
})
