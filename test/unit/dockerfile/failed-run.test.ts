import { expect, it } from "vitest"
import { CAPTURED_OUTPUT, failedRun } from "../../../ci/src/dockerfile/failed-run.js"
import { parse } from "../../../ci/src/dockerfile/parse.js"

function capture(lines: string[], command: string) {
  const text = lines.join("\n")
  const failed = failedRun(text, parse(text, "Dockerfile"), command)
  return failed && { ...failed, lines: failed.capturing.trimEnd().split("\n") }
}

it("ends the file at the command, which a shell of ours runs", () => {
  const captured = capture(
    ["FROM a AS one", "RUN true", "RUN make \\", "  all", "RUN later", "FROM one", "RUN other"],
    "/bin/sh -c make   all",
  )
  expect(captured?.line).toBe(3)
  expect(captured?.lines).toEqual([
    "FROM a AS one",
    "RUN true",
    expect.stringMatching(/^SHELL \["\/bin\/sh","-c",".*\$0.*"\]$/),
    "RUN make \\",
    "  all",
  ])
  expect(captured?.lines[2]).toContain(CAPTURED_OUTPUT)
  expect(captured?.before).toBe("FROM a AS one\nRUN true\n")
})

it("finds a script in a heredoc", () => {
  const lines = ["FROM a", "RUN <<EOF", "set -e", "make", "EOF", "RUN later"]
  expect(capture(lines, "/bin/sh -c set -e\nmake\n")?.lines).toHaveLength(6)
})

it.each([
  ["a command that is not there", "/bin/sh -c unknown"],
  ["an exec form", "make all"],
  ["a shell of the user's own", "/bin/bash -c make"],
])("gives up on %s", (_, command) => {
  expect(capture(["FROM a", 'RUN ["make", "all"]', "RUN make"], command)).toBeUndefined()
})
