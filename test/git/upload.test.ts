import { execFileSync, spawnSync } from "node:child_process"
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { Upload } from "../../engine/launcher/upload/prepare.mjs"
import { ignoreLine } from "../../engine/launcher/upload/large-files.mjs"

let folder = ""
let top = ""

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "upload-")))
  top = join(folder, "repository")
  mkdirSync(top)
  vi.stubEnv("PIPELINE_ENGINE_HOME", join(folder, "home"))
  vi.stubEnv("HOME", folder)
  vi.resetModules()
  git("init", "--quiet", "--initial-branch=main")
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function git(...args: string[]): string {
  return execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: top,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  })
}

function write(path: string, text = path): void {
  mkdirSync(dirname(join(top, path)), { recursive: true })
  writeFileSync(join(top, path), text)
}

async function prepare(): Promise<Upload> {
  const { prepareUpload } = await import("../../engine/launcher/upload/prepare.mjs")
  return prepareUpload(top)
}

/** The folder that a flag names. */
function flag({ flags }: Upload, name: string): string {
  return flags.find((each) => each.startsWith(`--${name}=`))?.split("=")[1] ?? ""
}

/** Paths of all files and links below a folder. */
function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
}

describe("what is uploaded", () => {
  it("is the checkout itself, where git ignores nothing but well-known folders", async () => {
    write("a.txt")
    write(".gitignore", "node_modules/\n")
    write("node_modules/left/index.js")
    git("add", "--all")
    expect(await prepare()).toMatchObject({ flags: [], warnings: [], size: "2 files, 1 kB" })
  })

  it("is what git tracks or would add, whatever makes it ignore the rest", async () => {
    write(".gitignore", "build/\n*.log\n!keep.log\n")
    write("api/.gitignore", "generated.py\n")
    for (const path of ["api/main.py", "api/keep.log", "api/new.py", "api/.gitkeep"]) write(path)
    for (const path of ["build/tracked.txt", "api/node_modules/tracked.js"]) write(path)
    for (const path of ["build/junk", "api/a.log", "api/generated.py", "api/node_modules/junk"])
      write(path)
    write("excluded.txt")
    write("global.txt")
    appendFileSync(join(top, ".git/info/exclude"), "/excluded.txt\n")
    write("../.config/git/ignore", "global.txt\n")
    git("add", ".gitignore", "api/.gitignore", "api/main.py", "api/.gitkeep")
    git("add", "--force", "build/tracked.txt", "api/node_modules/tracked.js")

    const upload = await prepare()
    expect(filesIn(flag(upload, "checkout-files"))).toEqual([])
    expect(filesIn(flag(upload, "prepared-files"))).toEqual([
      ".gitignore",
      "api/.gitignore",
      "api/.gitkeep",
      "api/keep.log",
      "api/main.py",
      "api/new.py",
      "api/node_modules/tracked.js",
      "build/tracked.txt",
    ])
    expect(git("status", "--porcelain", "--ignored").split("\n")).toContain("!! build/junk")
  })

  it("follows the checkout: edits, deletions, kinds, modes and hostile names", async () => {
    const odd = ["new\nline", "-flag", "ü.txt", "a\\b", "*?[x]", "sp ace "]
    write(".gitignore", "junk\n")
    write("junk")
    for (const path of [...odd, "edited", "deleted", "script", "kind/file"]) write(path)
    symlinkSync("loop", join(top, "loop"))
    symlinkSync("edited", join(top, "link"))
    execFileSync("mkfifo", [join(top, "pipe")])
    execFileSync("sh", ["-c", "printf x > \"$(printf 'caf\\351')\""], { cwd: top })
    const first = flag(await prepare(), "prepared-files")
    expect(filesIn(first)).toEqual(expect.arrayContaining([...odd, "loop", "link"].sort()))
    expect(filesIn(first)).not.toContain("pipe")
    expect(readdirSync(Buffer.from(first), { encoding: "latin1" })).toContain("caf\u00e9")

    const before = lstatSync(join(top, "edited")).mtime
    write("edited", "other")
    utimesSync(join(top, "edited"), before, new Date(before.getTime() + 5))
    rmSync(join(top, "deleted"))
    rmSync(join(top, "kind"), { recursive: true })
    write("kind", "now a file")
    chmodSync(join(top, "script"), 0o755)
    rmSync(join(top, "link"))
    symlinkSync("script", join(top, "link"))
    const upload = await prepare()
    const second = flag(upload, "prepared-files")
    expect(upload.size).toMatch(/, of which 4 files, 1 kB are new or changed$/)
    expect(readFileSync(join(second, "edited"), "utf8")).toBe("other")
    expect(readFileSync(join(second, "kind"), "utf8")).toBe("now a file")
    expect(readlinkSync(join(second, "link"))).toBe("script")
    expect(existsSync(join(second, "deleted"))).toBe(false)
    expect(lstatSync(join(second, "script")).mode & 0o777).toBe(0o755)
  })

  it("looks at no copy when nothing was written to, and at all of them when something was", async () => {
    write(".gitignore", "junk\n")
    write("junk")
    write("a.txt")
    const { mtime } = lstatSync(join(top, "a.txt"))
    await setTimeout(200)
    const files = flag(await prepare(), "prepared-files")
    rmSync(join(files, "a.txt"))
    await prepare()
    expect(filesIn(files)).toEqual([".gitignore"])

    // Neither its size nor its time tells: only the time of change does, which nobody can set.
    write("a.txt", "A.TXT")
    utimesSync(join(top, "a.txt"), mtime, mtime)
    await prepare()
    expect(readFileSync(join(files, "a.txt"), "utf8")).toBe("A.TXT")
  })

  it("holds the files of submodules, and no configuration of theirs", async () => {
    const other = join(folder, "other")
    execFileSync("git", ["init", "--quiet", other])
    writeFileSync(join(other, "inside.txt"), "x")
    for (const args of [
      ["add", "--all"],
      ["commit", "--quiet", "--message=x"],
    ])
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
        cwd: other,
      })
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "libs/other")
    write("libs/other/new.txt")
    write(".gitignore", "junk\n")
    write("junk")
    // A clone in the tree that is not a submodule.
    execFileSync("git", ["clone", "--quiet", other, join(top, "nested")], { stdio: "ignore" })
    const files = filesIn(flag(await prepare(), "prepared-files"))
    expect(files).toEqual(
      expect.arrayContaining(["libs/other/.git", "libs/other/inside.txt", "libs/other/new.txt"]),
    )
    expect(files).toEqual(expect.arrayContaining(["nested/.git/HEAD", "nested/inside.txt"]))
    expect(files).not.toContain("nested/.git/config")
  })
})

describe("a git folder that is elsewhere", () => {
  /** What git says of the prepared files with the prepared folder. */
  function statusOf(upload: Upload, files: string): string {
    const gitFolder = flag(upload, "prepared-git")
    return execFileSync(
      "git",
      [`--git-dir=${gitFolder}/.git`, `--work-tree=${files}`, "status", "--porcelain", "--branch"],
      { encoding: "utf8" },
    )
  }

  it("is put together for a worktree", async () => {
    write("a.txt")
    git("add", "--all")
    git("commit", "--quiet", "--message=x")
    git("worktree", "add", "--quiet", join(folder, "tree"), "-b", "feature")
    top = join(folder, "tree")
    write("b.txt")
    git("add", "b.txt")
    write("c.txt")
    const upload = await prepare()
    expect(statusOf(upload, top)).toBe("## feature\nA  b.txt\n?? c.txt\n")
    expect(filesIn(flag(upload, "prepared-git")).filter((path) => /config$/.test(path))).toEqual([])
  })

  it("is put together for a clone that borrows objects", async () => {
    write("a.txt")
    git("add", "--all")
    git("commit", "--quiet", "--message=x")
    execFileSync("git", ["clone", "--quiet", "--shared", top, join(folder, "clone")])
    top = join(folder, "clone")
    expect(statusOf(await prepare(), top)).toMatch(/^## main(\.\.\.origin\/main)?\n$/)
  })
})

describe("large files", () => {
  it("stops before an untracked file of gigabytes, with the line that ignores it", async () => {
    write("data/dump [1].bin", "")
    truncateSync(join(top, "data/dump [1].bin"), 5_000_000_000)
    await expect(prepare()).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("data/dump [1].bin (5.0 GB)"),
      next: expect.stringContaining("    /data/dump \\[1].bin\n"),
    })
    write(".gitignore", "/data/dump \\[1].bin\n")
    expect((await prepare()).size).toBe("1 file, 1 kB")
  })

  it("names what is merely large, in git or not", async () => {
    for (const path of ["kept.bin", "new.bin"]) {
      write(path, "")
      truncateSync(join(top, path), 200_000_000)
    }
    git("add", "--intent-to-add", "kept.bin")
    const { warnings } = await prepare()
    expect(warnings[0]).toContain("new.bin (200 MB, not in git)")
    expect(warnings[1]).toMatch(/kept\.bin \(200 MB, tracked by git\).*git rm --cached/)
  })

  it("gives a line that ignores exactly that file", () => {
    const name = fc.stringMatching(/^[!#*?[\]\\a-c ]{1,8}$/)
    fc.assert(
      fc.property(name, name, (one, other) => {
        write(".gitignore", `${ignoreLine(one)}\n`)
        expect(isIgnored(one)).toBe(true)
        if (other !== one) expect(isIgnored(other)).toBe(false)
      }),
      { numRuns: 40 },
    )
  })

  function isIgnored(path: string): boolean {
    const asked = spawnSync("git", ["check-ignore", "--stdin", "-z", "-v", "-n", "--no-index"], {
      cwd: top,
      input: `./${path}\0`,
      encoding: "utf8",
    }).stdout
    return asked.startsWith(".gitignore")
  }
})

it("says so when git can't read the repository, and goes on", async () => {
  rmSync(join(top, ".git"), { recursive: true })
  mkdirSync(join(top, ".git"))
  const { flags, warnings } = await prepare()
  expect(flags).toEqual([])
  expect(warnings[0]).toContain("git can't list the files")
})
