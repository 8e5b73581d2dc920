import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, test } from "vitest"
import { complaint, createGit } from "../../ci/src/changes/gather/git.mjs"
import { Story } from "./story.js"

afterAll(() => Story.end(), 60_000)

const PROGRAM = fileURLToPath(new URL("../../ci/src/changes/gather.mjs", import.meta.url))

function runProgram(story: Story, args: string[], input = ""): unknown {
  const options = { cwd: story.folder, env: story.env, input, encoding: "utf8" } as const
  return JSON.parse(execFileSync(process.execPath, [PROGRAM, ...args], options))
}

describe("the program", () => {
  test("takes its request as an argument, as a file, or from standard input", async () => {
    const story = Story.begin().write({
      "services/web/main.py": "x",
      "../request.json": '{"local":false}',
    })
    const expected = await story.facts({ local: false })
    expect(runProgram(story, ['{"local":false}'])).toEqual(expected)
    expect(runProgram(story, [story.path("../request.json")])).toEqual(expected)
    expect(runProgram(story, [], '{"local":false}')).toEqual(expected)
  })

  test("answers bad input with a document, not with a stack", () => {
    const story = Story.begin()
    const refused = { ok: false, code: 2, message: expect.stringContaining("not JSON") }
    expect(runProgram(story, ["{"])).toMatchObject(refused)
    expect(runProgram(story, ["/nowhere.json"])).toMatchObject(refused)
    expect(runProgram(story, ['{"base":"nope"}'])).toMatchObject({ ok: false, code: 2 })
  })
})

test("a command that hangs is ended, with the helpers that it started", async () => {
  const { folder, env } = Story.begin()
  const git = createGit({ cwd: folder, env, settings: ["alias.hang=!sleep 600"] })
  const outcome = await git.exec(["hang"], { timeout: 300 })
  expect(outcome.code).not.toBe(0)
  expect(complaint(outcome)).toContain("git hang did not end within 0.3 s")
})
