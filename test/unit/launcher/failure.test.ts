import { describe, expect, it } from "vitest"
import {
  readFailure,
  tellsOfLostEngine,
  tellsOfStaleResult,
  unreadableEnvLine,
} from "../../../engine/launcher/failure.mjs"

const TRACE = "[traceparent:4940a0ae08ee755d4e95ecd00850b16a-5c32ac8802059059]"

describe("readFailure", () => {
  it("finds the table that the failing step printed", () => {
    const lines = [
      "11  : Pipeline.ci ERROR [5.9s]",
      "11  : ! exit code: 1",
      "",
      `Error: exit code: 1 ${TRACE}`,
      "Stdout:",
      "SERVICE  STAGE",
      "",
      "FAILED: 0 of 1 services passed",
      "",
    ]
    expect(readFailure(lines)).toEqual({
      message: "exit code: 1",
      stdout: "SERVICE  STAGE\n\nFAILED: 0 of 1 services passed\n",
      stderr: undefined,
    })
  })

  it("is not misled by a table that quotes such an error", () => {
    const lines = [`Error: exit code: 1 ${TRACE}`, "Stdout:", "Error: a reason", "Stdout:", "end"]
    expect(readFailure(lines)?.stdout).toBe("Error: a reason\nStdout:\nend\n")
  })

  it("separates the two outputs", () => {
    const lines = [`Error: exit code: 1 ${TRACE}`, "Stdout:", "a", "Stderr:", "b"]
    expect(readFailure(lines)).toMatchObject({ stdout: "a\n", stderr: "b\n" })
  })

  it("reads an error without output, of several lines and in colours", () => {
    const lines = ["\u001b[1mError: unknown flag: --foo\u001b[0m", "Run 'dagger call ci --help'"]
    expect(readFailure(lines)).toEqual({
      message: "unknown flag: --foo\nRun 'dagger call ci --help'",
      stdout: undefined,
      stderr: undefined,
    })
  })

  it("finds nothing where nothing is", () => {
    expect(readFailure(["1   : connect"])).toBeUndefined()
  })
})

describe("tellsOfLostEngine", () => {
  it.each([
    { message: "rpc error: code = Unavailable desc = error reading from server: EOF", lost: true },
    { message: "dial unix engine.sock: connect: connection refused", lost: true },
    { message: "error committing x: database not open", lost: true },
    { message: 'Post "http://dagger/query": EOF', lost: true },
    { message: "start engine: new client: connection refused", lost: true },
    { message: "exit code: 1", lost: false },
    { message: "unknown flag: --foo", lost: false },
  ])("$message: $lost", ({ message, lost }) => {
    expect(tellsOfLostEngine(message)).toBe(lost)
  })
})

describe("tellsOfStaleResult", () => {
  const loading =
    "failed to load runtime: failed to load runtime: failed to call sdk moduleRuntime:"

  it.each([
    {
      message: `${loading} convert return value: CoreModObject.load withEntrypoint(args: ["node"]): load file(path: "package.json"): failed to get content hash: failed to snapshot: failed to receive stat message: rpc error: code = NotFound desc = eval symlinks: lstat /tmp/gone: no such file or directory`,
      stale: true,
    },
    {
      message: `${loading} call function "ModuleRuntime": blob sha256:${"e7".repeat(32)} not found in cache`,
      stale: true,
    },
    {
      message: `${loading} parent snapshot zneyjr8kazuxjzsfhpp15ku9o does not exist: not found`,
      stale: true,
    },
    { message: `${loading} call function "ModuleRuntime": exit code: 1`, stale: false },
    {
      message: "failed to receive stat message: lstat /tmp/x: no such file or directory",
      stale: false,
    },
  ])("$message: $stale", ({ message, stale }) => {
    expect(tellsOfStaleResult(message)).toBe(stale)
  })
})

describe("unreadableEnvLine", () => {
  it("finds the line and the reason", () => {
    const message =
      'load user defaults: failed to load inner env file in /repo: parse error: "export C=\\"x\\"": not a bare assignment'
    expect(unreadableEnvLine(message)).toEqual({
      line: 'export C="x"',
      why: "not a bare assignment",
    })
  })

  it("leaves other parse errors alone", () => {
    expect(unreadableEnvLine('parse error: "x": y')).toBeUndefined()
  })
})
