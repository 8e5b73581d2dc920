import { describe, expect, it } from "vitest"
import { headCommitOf } from "../../../ci/src/changes/head-commit.js"

const ONE = "1".repeat(40)
const TWO = "2".repeat(40)
const SHA256 = "a".repeat(64)

describe("the commit that is checked out", () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ["a detached HEAD", { HEAD: `${ONE}\n` }, ONE],
    ["a detached HEAD of a SHA-256 repository", { HEAD: `${SHA256}\n` }, SHA256],
    ["a branch", { HEAD: "ref: refs/heads/main\n", "refs/heads/main": `${ONE}\n` }, ONE],
    [
      "a branch that was packed",
      {
        HEAD: "ref: refs/heads/a/b\n",
        "packed-refs": `# pack-refs with: peeled fully-peeled sorted\n${TWO} refs/heads/a\n${ONE} refs/heads/a/b\n^${TWO}\n`,
      },
      ONE,
    ],
    [
      "a branch that moved on after it was packed",
      {
        HEAD: "ref: refs/heads/main",
        "refs/heads/main": ONE,
        "packed-refs": `${TWO} refs/heads/main`,
      },
      ONE,
    ],
    ["a branch without a commit", { HEAD: "ref: refs/heads/main\n" }, undefined],
    ["references in another format", { HEAD: "ref: refs/heads/.invalid\n" }, undefined],
    ["no repository", {}, undefined],
    ["something else", { HEAD: "hello" }, undefined],
  ])("of %s", async (_, files, commit) => {
    expect(await headCommitOf(async (path) => files[path])).toBe(commit)
  })
})
