import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { checksCommand, describeFailure, readChecks } from "../../../ci/src/run/checks.js"

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pipeline-checks-"))
  writeFileSync(join(folder, "installed"), "1700000000\n")
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs checks for real, and reads what they printed. */
function run(...commands: string[]) {
  const checks = commands.map((command, index) => ({
    name: `c${index}`,
    command,
    problem: "^bad: '",
  }))
  const script = checksCommand(checks, join(folder, "installed"))
  try {
    const output = execFileSync("sh", ["-c", script], { encoding: "utf8" })
    return { code: 0, ...readChecks(output.trimEnd().split("\n")) }
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string }
    return { code: status, ...readChecks(stdout.trimEnd().split("\n")) }
  }
}

describe("several checks in one command", () => {
  it("pass together, and tell when dependencies were installed", () => {
    expect(run("echo one", "echo two >&2")).toEqual({
      code: 0,
      failures: [],
      installedAt: 1700000000,
      tail: ["one", "two"],
    })
  })

  it("all run, and every failure is described by its first problem", () => {
    const { code, failures, tail } = run(
      "echo \"bad: 'a' 100% $HOME\"; echo \"bad: 'b'\"; exit 3",
      "echo fine",
      "echo no problem line; exit 1",
      "exit 1",
    )
    expect(code).toBe(1)
    expect(failures.map(describeFailure)).toEqual([
      `c0: bad: 'a' 100% ${process.env["HOME"]} (and 1 more)`,
      "c2: no problem line",
      "c3: it printed nothing",
    ])
    expect(tail).toContain("fine")
  })

  it("describe a failure after an output of any length", () => {
    const { failures } = run("echo \"bad: 'first'\"; seq 1 20000; exit 1")
    expect(failures.map(describeFailure)).toEqual(["c0: bad: 'first'"])
  })
})
