import fc from "fast-check"
import { execFileSync } from "node:child_process"
import { readFileSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { parseIndex, readIndex } from "../../ci/src/changes/gather/index-file.mjs"
import type { SpecialFiles } from "../../ci/src/changes/gather/records.mjs"
import { parseTracked } from "../../ci/src/changes/gather/records.mjs"
import { findRepository } from "../../ci/src/changes/gather/repository.mjs"
import { Story } from "./story.js"

afterAll(() => Story.end(), 60_000)

const HIDE = ["update-index", "--assume-unchanged", "services/web/main.py"]
const SKIP = ["update-index", "--skip-worktree", "services/api/main.py"]

function read(story: Story): SpecialFiles | null {
  const repository = findRepository(story.folder)
  return repository && readIndex(repository)
}

/** What git itself says. */
function listed(story: Story): SpecialFiles {
  const args = ["ls-files", "-s", "-v", "-z"]
  return parseTracked(execFileSync("git", args, { cwd: story.folder }))
}

describe("an index says what git lists of it", () => {
  test.each<[string, () => Story]>([
    ["with nothing out of the ordinary", () => Story.begin()],
    ["with links", () => Story.begin().link("a", "b").link("services/web/link", "../api").commit()],
    ["in SHA-256", () => Story.begin({ objectFormat: "sha256" }).link("a", "b").commit()],
    ["that hides files", () => doing(Story.begin().link("a", "b").stage("a"), HIDE, SKIP)],
    ["that hides a file in both ways", () => doing(Story.begin(), HIDE, [...SKIP, HIDE[2] ?? ""])],
    ["that hides a link", () => doing(Story.begin().link("a", "b").stage("a"), [...SKIP, "a"])],
    [
      "with a file that is intended only",
      () => doing(Story.begin().write({ new: "" }), ["add", "-N", "new"], SKIP),
    ],
    ["of a merge that is not resolved", () => conflict().link("z", "a").stage("z")],
    ["with a submodule that is hidden", () => doing(withSubmodule(), SKIP, [...HIDE, "vendor"])],
    [
      "with names in other bytes",
      () =>
        Story.begin()
          .writeBytes(Buffer.from([0x66, 0xff]))
          .link("\u00fc\n", "b")
          .stage("."),
    ],
    ["with a path longer than its length can be told", () => withLongPath()],
    [
      "with an untracked cache",
      () =>
        doing(
          Story.begin().link("a", "b").stage("a"),
          ["update-index", "--untracked-cache"],
          ["status"],
        ),
    ],
  ])("%s", (_, begin) => {
    const story = begin()
    const found = read(story)
    expect(found).not.toBeNull()
    expect(found).toEqual(listed(story))
  })

  test("in a worktree that is beside the repository", () => {
    const story = Story.begin().link("a", "b").commit()
    story.git("worktree", "add", "--quiet", "beside")
    const beside = story.from(join(story.folder, "beside"))
    expect(read(beside)).toEqual(listed(beside))
    expect(read(beside)?.links).toHaveLength(1)
  })
})

describe("only git reads", () => {
  test.each<[string, string[][]]>([
    ["one whose paths are compressed", [["update-index", "--index-version=4"]]],
    ["one that is split", [["update-index", "--split-index"], SKIP]],
    [
      "one that is sparse",
      [["sparse-checkout", "set", "--cone", "--sparse-index", "services/web"]],
    ],
  ])("%s", (_, commands) => {
    const story = doing(Story.begin().link("a", "b").commit(), ...commands)
    expect(read(story)).toBeNull()
    expect(listed(story).links).toHaveLength(1)
  })

  test("one that is not there", () => {
    expect(
      read(doing(Story.begin(), ["rm", "-r", "-q", "--cached", "."]).remove(".git/index")),
    ).toBeNull()
  })
})

test("whatever is cut off or overwritten, nothing is thrown", () => {
  const story = doing(Story.begin().link("a", "b").stage("a"), HIDE, SKIP)
  const file = join(story.folder, ".git/index")
  const whole = readFileSync(file)
  const expected = [null, parseIndex(whole, 20)]
  for (let length = 0; length < whole.length; length += 1) {
    // All files are known where only an extension is missing.
    expect(expected).toContainEqual(parseIndex(whole.subarray(0, length), 20))
  }
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Buffer.from(whole)
      damaged[at] = byte
      parseIndex(damaged, 20)
    }),
  )
  truncateSync(file, whole.length - 1)
  expect(read(story)).toBeNull()
})

function doing(story: Story, ...commands: string[][]): Story {
  for (const command of commands) story.git(...command)
  return story
}

function conflict(): Story {
  const story = Story.begin().branch("other").write({ "services/web/main.py": "theirs" }).commit()
  story.checkout("main").write({ "services/web/main.py": "ours" }).commit()
  expect(() => story.git("merge", "--quiet", "other")).toThrow()
  return story
}

function withSubmodule(): Story {
  const inner = Story.begin()
  return doing(Story.begin(), ["submodule", "--quiet", "add", inner.folder, "vendor"])
}

function withLongPath(): Story {
  const story = Story.begin()
  const blob = story.git("rev-parse", "HEAD:services/web/main.py").trim()
  const path = `${"long/".repeat(1_000)}link`
  return doing(story, ["update-index", "--add", "--cacheinfo", `120000,${blob},${path}`], SKIP)
}
