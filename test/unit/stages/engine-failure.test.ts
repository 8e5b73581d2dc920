import { describe, expect, it } from "vitest"
import { engineFailure } from "../../../ci/src/stages/engine-failure.js"

/** Shaped like the SDK's ExecError, whose class modules don't get. */
function execError(fields: {
  cmd: string[]
  exitCode: number
  stdout: string
  stderr: string
}): Error {
  return Object.assign(new Error("process did not complete successfully"), {
    name: "ExecError",
    ...fields,
  })
}

describe("engineFailure", () => {
  it("reads a command that failed", () => {
    const error = execError({
      cmd: ["/bin/sh", "-c", "pip install nothing"],
      exitCode: 1,
      stdout: "Collecting",
      stderr: "ERROR: no match\n",
    })
    expect(engineFailure(error)).toEqual({
      reason: "`/bin/sh -c pip install nothing` ended with exit code 1",
      tail: ["Collecting", "ERROR: no match"],
      exitCode: 1,
      isCommand: true,
    })
  })

  it("reads an instruction of a Dockerfile that failed", () => {
    const message = `process "/bin/sh -c pip install nothing" did not complete successfully: exit code: 7`
    expect(engineFailure(new Error(message))).toEqual({
      reason: "`/bin/sh -c pip install nothing` ended with exit code 7",
      tail: [],
      exitCode: 7,
      isCommand: true,
      process: "/bin/sh -c pip install nothing",
    })
  })

  it("names the server that ended before a step began", () => {
    const message = "invalid nil ref\nstart 87vgsjaf7f8go (aliased as db): exit code: 1"
    expect(engineFailure(new Error(message))).toMatchObject({
      reason: "the server `db` ended with exit code 1 before it answered",
      tail: message.split("\n"),
      exitCode: null,
    })
  })

  it("undoes the quotes of the engine around a command", () => {
    const message = String.raw`process "/bin/sh -c echo \"a\"" did not complete successfully: exit code: 1`
    expect(engineFailure(new Error(message)).process).toBe('/bin/sh -c echo "a"')
  })

  it.each([
    "failed to resolve source metadata for registry.example/x: failed to do request: dial tcp: connection refused",
    "write /var/cache: no space left on device",
  ])("knows what is not the service's fault: %s", (message) => {
    expect(engineFailure(new Error(message)).isCommand).toBe(false)
  })

  it("takes a Dockerfile that can't be built as the service's fault", () => {
    expect(
      engineFailure(new Error("dockerfile parse error on line 3: unknown instruction: RUM"))
        .isCommand,
    ).toBe(true)
  })
})
