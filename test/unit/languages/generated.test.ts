import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { generatedChecks } from "../../../ci/src/languages/index.js"
import { checksCommand, describeFailure, readChecks } from "../../../ci/src/run/checks.js"
import { placesIn } from "../../../ci/src/run/places.js"

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pipeline-generated-"))
  write("s/api/source.txt", "one\ntwo\n")
  write("s/api/made.txt", "one\ntwo\n")
})
afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

/** Runs the checks for real, in the service's folder. */
function check(command: string, ...files: string[]) {
  const checks = generatedChecks([{ command, files }], root, "s/api")
  const script = checksCommand(checks, join(root, "none"))
  const { status, stdout } = spawnSync("sh", ["-c", script], {
    cwd: join(root, "s/api"),
    encoding: "utf8",
  })
  const { failures, tail } = readChecks(stdout.trimEnd().split("\n"))
  return { status, reasons: failures.map(describeFailure), tail }
}

describe("generated files", () => {
  it("pass when the command makes what is in git", () => {
    expect(check("cp source.txt made.txt", "s/api/made.txt")).toMatchObject({
      status: 0,
      reasons: [],
    })
  })

  it("fail with the line that differs, the command that mends it, and the difference", () => {
    write("s/api/source.txt", "one\nthree\n")
    const { status, reasons, tail } = check("cp source.txt made.txt", "s/api/made.txt")
    expect(status).toBe(1)
    expect(reasons).toEqual([
      "generated: s/api/made.txt:2: not current: run in s/api: cp source.txt made.txt",
    ])
    expect(tail).toEqual(expect.arrayContaining(["-two", "+three"]))
    const isFile = (path: string) => path === "s/api/made.txt"
    expect(placesIn(tail, "s/api", isFile, "")).toMatchObject([{ file: "s/api/made.txt", line: 2 }])
  })

  it.each([
    [
      "a file that git does not have",
      "echo new > new.txt",
      "s/api/new.txt",
      "s/api/new.txt:1: not current",
    ],
    [
      "a file that is made no more",
      "rm made.txt",
      "s/api/made.txt",
      "s/api/made.txt:1: not made by: rm",
    ],
    ["a file that never is made", "true", "s/api/none.txt", "s/api/none.txt:1: not made by: true"],
    [
      "a file of a folder",
      "mkdir -p out && echo a > out/a",
      "s/api/out",
      "s/api/out/a:1: not current",
    ],
    ["a name with spaces", "echo a > 'a b'", "s/api/a b", "s/api/a b:1: not current"],
    ["a file elsewhere", "echo a > ../../libs/a", "libs/a", "libs/a:1: not current"],
    ["a command that fails", "exit 3", "s/api/made.txt", "the command ended with 3: exit 3"],
  ])("name %s", (_, command, file, reason) => {
    write("libs/b", "")
    const { status, reasons } = check(command, file)
    expect(status).toBe(1)
    expect(reasons).toEqual([expect.stringContaining(`generated: ${reason}`)])
  })
})
