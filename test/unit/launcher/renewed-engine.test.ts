import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { watchRun } from "../../../engine/launcher/watch-run.mjs"

const STALE = `Error: failed to load runtime: blob sha256:${"e7".repeat(32)} not found in cache [traceparent:4940a0ae08ee755d4e95ecd00850b16a-5c32ac8802059059]`

let root: string
let said: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "renewed-engine-"))
  said = ""
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((said += String(text)), true))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(root, { recursive: true })
})

/** Runs a program in dagger's place that fails while there is no file `renewed`. */
function run(renewEngine: () => Promise<boolean>, failure = STALE): Promise<number> {
  const script = `echo called >> calls; [ -e renewed ] && exit 0; echo '${failure}' >&2; exit 1`
  return watchRun({
    ...{ command: "sh", args: ["-c", script], root, environment: process.env },
    ...{ upload: undefined, raw: false, renewEngine },
    engineIsGone: async () => false,
  })
}

function calls(): number {
  return readFileSync(join(root, "calls"), "utf8").trim().split("\n").length
}

it("calls again once the engine was started anew", async () => {
  const exitCode = await run(async () => {
    writeFileSync(join(root, "renewed"), "")
    return true
  })
  expect(exitCode).toBe(0)
  expect(calls()).toBe(2)
})

it("calls only once more, and ends with 3", async () => {
  const renew = vi.fn(async () => true)
  expect(await run(renew)).toBe(3)
  expect(renew).toHaveBeenCalledTimes(1)
  expect(calls()).toBe(2)
  expect(said).toContain("belongs to a session whose data is gone")
})

it("does not call again while somebody else is in the engine, and says what to do", async () => {
  expect(await run(async () => false)).toBe(3)
  expect(said).toContain("run the same command when the other runs have ended")
  expect(calls()).toBe(1)
})

describe("a constructor whose result the engine lost", () => {
  const ending = (failed: string) => `11  : ${failed} ERROR [1.0s]
11  : ! could not get used client id

Error: could not get used client id [traceparent:b584fcd8e380ea94f9136d3aad725f80-2a86bee6f8b55600]`
  const renew = vi.fn(async () => true)

  it("is called once more, without another engine", async () => {
    expect(await run(renew, ending("pipeline"))).toBe(1)
    expect(calls()).toBe(2)
    expect(renew).not.toHaveBeenCalled()
    expect(said).toContain("calling it once more")
  })

  it("is not taken for a function's, which may have done something", async () => {
    expect(await run(renew, ending("pipeline DONE [0.1s]\n12  : Pipeline.deploy"))).toBe(1)
    expect(calls()).toBe(1)
  })
})
