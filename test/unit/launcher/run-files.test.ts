import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { expired, RunFiles, RUNS_KEPT } from "../../../engine/launcher/run-files.mjs"

let root = ""
const warnings: string[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "run-files-"))
  warnings.length = 0
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function open(): RunFiles {
  return new RunFiles(root, (warning) => warnings.push(warning))
}

describe("RunFiles", () => {
  it("keeps events and output under the run's id, hidden from git", () => {
    const files = open()
    files.addOutput(Buffer.from("raw\n"))
    files.rename("20260101T000000-abcd")
    files.addEvent('{"a":1}')
    files.addEvent('{"a":2}')
    files.addOutput(Buffer.from("more\n"))
    files.close({ keepLog: false })
    const folder = join(root, ".pipeline", "runs")
    expect(readdirSync(folder)).toEqual(["20260101T000000-abcd.jsonl", "20260101T000000-abcd.log"])
    expect(readFileSync(join(folder, "20260101T000000-abcd.jsonl"), "utf8")).toBe(
      '{"a":1}\n{"a":2}\n',
    )
    expect(readFileSync(join(folder, "20260101T000000-abcd.log"), "utf8")).toBe("raw\nmore\n")
    expect(readFileSync(join(root, ".pipeline", ".gitignore"), "utf8")).toBe("*\n")
    expect(warnings).toEqual([])
  })

  it("leaves nothing behind after a call without events", () => {
    const files = open()
    files.addOutput(Buffer.from("x"))
    files.close({ keepLog: false })
    expect(readdirSync(join(root, ".pipeline", "runs"))).toEqual([])
  })

  it("keeps the output of a call that failed before it had events", () => {
    const files = open()
    files.addOutput(Buffer.from("x"))
    files.close({ keepLog: true })
    expect(readFileSync(files.logFile, "utf8")).toBe("x")
  })

  it("warns once when it can't write, and goes on", () => {
    writeFileSync(join(root, ".pipeline"), "a file in the way")
    const files = open()
    files.addOutput(Buffer.from("x"))
    files.rename("id")
    files.addEvent("{}")
    files.close({ keepLog: true })
    expect(warnings).toHaveLength(1)
    expect(files.hasEvents).toBe(false)
  })
})

describe("expired", () => {
  it("names the files of all but the newest runs", () => {
    const ids = Array.from({ length: RUNS_KEPT + 2 }, (_, index) => `2026${1000 + index}`)
    const names = ids.flatMap((id) => [`${id}.jsonl`, `${id}.log`])
    expect(expired([...names, "notes.txt"])).toEqual(names.slice(0, 4))
    expect(expired(names.slice(4))).toEqual([])
  })
})
