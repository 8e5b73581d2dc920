import { describe, expect, it } from "vitest"
import { readServerLogs } from "../../../ci/src/run/server-logs.js"

describe("readServerLogs", () => {
  it.each([
    ["nothing", "", []],
    [
      "one server that printed nothing",
      "--- log of backing service redis\n",
      [{ of: "backing service redis", lines: [] }],
    ],
    [
      "several servers",
      "--- log of backing service redis\nReady\n\n--- log of service api, which ended with exit code 1\nboom\n",
      [
        { of: "backing service redis", lines: ["Ready", ""] },
        { of: "service api, which ended with exit code 1", lines: ["boom"] },
      ],
    ],
    [
      "what stands before the first heading",
      "bash: warning\n--- log of x\na",
      [{ of: "x", lines: ["a"] }],
    ],
  ])("reads %s", (_, output, logs) => {
    expect(readServerLogs(output)).toEqual(logs)
  })

  it("keeps the last lines of each", () => {
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`)
    const [log] = readServerLogs(`--- log of x\n${lines.join("\n")}`)
    expect(log?.lines).toEqual(lines.slice(-60))
  })
})
