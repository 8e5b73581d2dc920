import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { HISTORY_FILES, readHistory } from "../../ci/src/stages/history-script.js"

const root = mkdtempSync(join(tmpdir(), "history-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const IDENTITY = ["-c", "user.name=t", "-c", "user.email=t@example.com"]

class Repository {
  readonly path = mkdtempSync(join(root, "repository-"))

  constructor(...options: string[]) {
    this.git("init", "--quiet", "--initial-branch=main", ...options)
  }

  git(...args: string[]): string {
    return execFileSync("git", [...IDENTITY, ...args], { cwd: this.path, encoding: "utf8" })
  }

  commit(files: Record<string, string>): this {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true })
      writeFileSync(join(this.path, name), text)
    }
    this.git("add", "--all")
    this.git("commit", "--quiet", "--message=change")
    return this
  }

  /** What the script says of the repository, whose configuration it is not given. */
  read(): { patch: string; commits: number; cut: number } {
    const copy = mkdtempSync(join(root, "copy-"))
    const output = mkdtempSync(join(root, "output-"))
    cpSync(join(this.path, ".git"), join(copy, ".git"), { recursive: true })
    rmSync(join(copy, ".git/config"))
    const { status, stderr } = spawnSync("sh", ["-ec", readHistory(copy, output)], {
      encoding: "utf8",
    })
    if (status !== 0) throw new Error(stderr)
    const facts = readFileSync(join(output, HISTORY_FILES.facts), "utf8").split(" ").map(Number)
    const patch = readFileSync(join(output, HISTORY_FILES.patch), "utf8")
    return { patch, commits: facts[0] ?? 0, cut: facts[1] ?? 0 }
  }
}

test.each([["sha1"], ["sha256"]])("everything that was ever added is there, with %s", (format) => {
  const repository = new Repository(`--object-format=${format}`)
    .commit({ "a.txt": "first\n" })
    .commit({ "a.txt": "second\n" })
  const { patch, commits, cut } = repository.read()
  expect({ commits, cut }).toEqual({ commits: 2, cut: 0 })
  expect(patch).toContain("+first")
  expect(patch).toContain("+second")
  expect(patch).toContain(`commit ${repository.git("rev-parse", "HEAD~1").trim()}`)
})

test("so is what is on another branch, stashed, or on no branch", () => {
  const repository = new Repository().commit({ "a.txt": "first\n" })
  repository.git("checkout", "--quiet", "-b", "other")
  repository.commit({ "a.txt": "elsewhere\n" })
  repository.git("checkout", "--quiet", "main")
  writeFileSync(join(repository.path, "a.txt"), "stashed\n")
  repository.git("stash", "--quiet")
  repository.git("checkout", "--quiet", "--detach")
  repository.commit({ "a.txt": "detached\n" })
  const { patch } = repository.read()
  for (const text of ["elsewhere", "stashed", "detached"]) expect(patch).toContain(`+${text}`)
})

test("so is what only a merge added, and nothing of a merge twice", () => {
  const repository = new Repository().commit({ "a.txt": "first\n" })
  repository.git("checkout", "--quiet", "-b", "other")
  repository.commit({ "b.txt": "merged\n" })
  repository.git("checkout", "--quiet", "main")
  repository.commit({ "c.txt": "third\n" })
  repository.git("merge", "--quiet", "--no-commit", "--no-ff", "other")
  repository.commit({ "d.txt": "hidden in the merge\n" })
  const { patch } = repository.read()
  expect(patch).toContain("+hidden in the merge")
  expect(patch.match(/^\+merged$/gm)).toHaveLength(1)
})

test("no attribute makes git leave a text out", () => {
  const repository = new Repository().commit({ ".gitattributes": "*.env binary\n" })
  mkdirSync(join(repository.path, ".git/info"), { recursive: true })
  writeFileSync(join(repository.path, ".git/info/attributes"), "*.env binary\n")
  expect(repository.commit({ "a.env": "TOKEN=x\n" }).read().patch).toContain("+TOKEN=x")
})

test("a shallow clone says at how many commits it ends", () => {
  const repository = new Repository().commit({ "a.txt": "first\n" }).commit({ "a.txt": "second\n" })
  const clone = new Repository()
  clone.git("fetch", "--quiet", "--depth=1", `file://${repository.path}`, "main")
  clone.git("reset", "--quiet", "--hard", "FETCH_HEAD")
  expect(clone.read()).toMatchObject({ commits: 1, cut: 1 })
})

test("a repository with an object missing is refused", () => {
  const repository = new Repository().commit({ "a.txt": "first\n" })
  const blob = repository.git("rev-parse", "HEAD:a.txt").trim()
  rmSync(join(repository.path, ".git/objects", blob.slice(0, 2), blob.slice(2)))
  expect(() => repository.read()).toThrow(/unable to read|bad object|missing/)
})

test("a repository without a commit is refused", () => {
  expect(() => new Repository().read()).toThrow()
})
