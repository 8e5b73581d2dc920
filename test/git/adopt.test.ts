import { execFileSync, spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { MONOREPOS } from "../unit/adopt/tree.js"

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url))
const PIPELINE = join(CHECKOUT, "pipeline")
const SCANNERS = "ci/src/scanners/versions.ts"
/** Only to make the programs of `init` and `plan --local`, once. */
const TIMEOUT = 300_000

const IDENTITY = {
  GIT_AUTHOR_NAME: "t",
  GIT_AUTHOR_EMAIL: "t@example.com",
  GIT_COMMITTER_NAME: "t",
  GIT_COMMITTER_EMAIL: "t@example.com",
}

let folder = ""
let repository = ""

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "adopt-")))
  repository = join(folder, "shop")
  cpSync(join(MONOREPOS, "compose"), repository, { recursive: true })
  git(repository, "init", "--quiet", "--initial-branch=trunk")
  commit(repository, "all of it")
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", env: { ...process.env, ...IDENTITY } })
}

function commit(cwd: string, message: string): string {
  git(cwd, "add", "--all")
  git(cwd, "commit", "--quiet", "--allow-empty", `--message=${message}`)
  return git(cwd, "rev-parse", "HEAD").trim()
}

function run(command: string, args: string[], cwd = repository, more: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache"), ...IDENTITY, ...more },
  })
  return { exitCode: status, stdout, output: stdout + stderr }
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function read(path: string): string {
  return readFileSync(join(repository, path), "utf8")
}

describe("init", { timeout: TIMEOUT }, () => {
  it("shows everything and changes nothing when it is not told to", () => {
    const { exitCode, stdout } = run(PIPELINE, ["init", "--vendor"])
    expect(exitCode).toBe(0)
    expect(stdout).toContain("2 services:")
    expect(stdout).toMatch(/orders +services\/orders +\(docker-compose.yml:2, /)
    expect(stdout).toContain("== services.json (new)")
    expect(stdout).toContain('"name": "invoices"')
    expect(stdout).toContain("branches: [trunk]")
    expect(stdout).toContain("Nothing was changed")
    expect(git(repository, "status", "--porcelain")).toBe("")
  })

  it("writes what it showed, and a plan of it works", () => {
    const { exitCode, output } = run(PIPELINE, ["init", "--vendor=ci/pipeline", "--yes"])
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 })
    const changed = git(repository, "status", "--porcelain", "--untracked-files=all")
    const outside = changed.split("\n").filter((line) => !line.includes("ci/pipeline/"))
    expect(outside.filter(Boolean)).toEqual([
      "?? .github/workflows/ci.yml",
      "?? dagger.json",
      "?? pipeline",
      "?? pipeline.yaml",
      "?? services.json",
    ])
    expect(statSync(join(repository, "pipeline")).mode & 0o111).toBe(0o111)
    expect(existsSync(join(repository, "ci/pipeline/test"))).toBe(false)
    expect(existsSync(join(repository, "ci/pipeline/services.json"))).toBe(false)
    commit(repository, "a pipeline")
    // The copy's own program, on the caller's services.json.
    const plan = run("./pipeline", ["plan", "--all", "--local", "--format=matrix"])
    expect(plan.stdout).toBe('{"include":[{"service":"invoices"},{"service":"orders"}]}\n')
    const again = run("./pipeline", ["init"])
    expect(again.stdout).toContain("Nothing to write: everything is there.")
  })

  it("keeps what is there, shows the difference, and overwrites only when it is told to", () => {
    write(repository, "services.json", '{"services": []}\n')
    write(repository, ".github/workflows/ci.yml", "on: push\njobs: {}\n")
    const first = run(PIPELINE, ["init", "--vendor", "--yes"])
    expect(first.stdout).toContain(
      "== services.json: is there, and is kept (--force overwrites it)",
    )
    expect(first.stdout).toContain('-{"services": []}')
    expect(read("services.json")).toBe('{"services": []}\n')
    expect(read(".github/workflows/ci.yml")).toBe("on: push\njobs: {}\n")
    expect(read(".github/workflows/pipeline.yml")).toContain("./pipeline ci --changed")
    run(PIPELINE, ["init", "--vendor", "--yes", "--force"])
    expect(read("services.json")).toContain('"orders"')
  })

  it("says that a module of one's own is in the way", () => {
    write(repository, "dagger.json", '{"name": "shop", "sdk": {"source": "go"}}\n')
    const { stdout } = run(PIPELINE, ["init", "--vendor"])
    expect(stdout).toContain("dagger.json is the module shop of this repository")
  })

  it("is not for the pipeline's own repository", () => {
    expect(run(PIPELINE, ["init"], CHECKOUT)).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining("this is the pipeline's own repository"),
    })
  })

  it("gives its proposal to programs", () => {
    const { stdout } = run(PIPELINE, ["init", "--json"])
    expect(JSON.parse(stdout)).toMatchObject({
      services: [{ name: "invoices" }, { name: "orders" }],
      libraries: [{ name: "money" }],
    })
  })

  it("says what it looked for when it finds nothing", () => {
    const empty = join(folder, "empty")
    mkdirSync(empty)
    git(empty, "init", "--quiet")
    const { exitCode, output } = run(PIPELINE, ["init"], empty)
    expect(exitCode).toBe(2)
    expect(output).toContain("no service was found in")
    expect(output).toContain("looked for: Dockerfiles, compose files")
  })

  it("needs a repository, and flags that it knows", () => {
    expect(run(PIPELINE, ["init"], folder)).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining("is not inside a git repository"),
    })
    expect(run(PIPELINE, ["init", "--force-it"])).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining("`init` does not take `--force-it`"),
    })
  })
})

describe("a pipeline that is pinned by its address", { timeout: TIMEOUT }, () => {
  /** A bare repository with two versions of something that looks like the pipeline. */
  function remote(): { address: string; versions: string[] } {
    const work = join(folder, "product")
    for (const name of ["engine/launcher/adopted.sh", "engine/launcher/main.mjs"])
      write(work, name, readFileSync(join(CHECKOUT, name), "utf8"))
    write(work, "pipeline", '#!/bin/sh\necho "version 1: $* in $(pwd)"\n')
    execFileSync("chmod", ["+x", join(work, "pipeline")])
    write(work, "CHANGELOG.md", "# Changes\n\n## 1.0.0\n\n- First.\n")
    write(work, SCANNERS, 'VERSIONS = {\n  bandit: "1.9.3",\n}\n')
    git(work, "init", "--quiet", "--initial-branch=main")
    const versions = [commit(work, "Version 1")]
    git(work, "tag", "v1.0.0")
    write(work, "pipeline", '#!/bin/sh\necho "version 2: $* in $(pwd)"\n')
    write(work, "CHANGELOG.md", "# Changes\n\n## 1.10.0\n\n- Second.\n\n## 1.0.0\n\n- First.\n")
    write(work, SCANNERS, 'VERSIONS = {\n  bandit: "1.9.4",\n}\n')
    versions.push(commit(work, "Run faster"))
    git(work, "tag", "--annotate", "--message=two", "v1.10.0")
    git(work, "tag", "v1.9.0", "v1.0.0")
    const bare = join(folder, "product.git")
    git(folder, "clone", "--quiet", "--bare", work, bare)
    return { address: `file://${bare}`, versions }
  }

  it("is fetched once, run on the caller's repository, and moved by update", () => {
    const { address, versions } = remote()
    const [first = "", second = ""] = versions
    const init = run(PIPELINE, ["init", `--source=${address}@v1.0.0`, "--yes", "--no-workflow"])
    expect(init).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(read("dagger.json"))).toMatchObject({
      blueprint: { source: `${address}@v1.0.0`, pin: first },
    })
    const run1 = run("./pipeline", ["ci", "--changed"])
    expect(run1.stdout).toBe(`version 1: ci --changed in ${repository}\n`)
    expect(run1.output).toContain("fetching")
    expect(run("./pipeline", ["ci"]).output).not.toContain("fetching")

    const shown = run(PIPELINE, ["update"])
    expect(shown).toMatchObject({ exitCode: 0 })
    expect(shown.stdout).toContain(`from ${first} to ${second} (v1.10.0)`)
    expect(shown.stdout).toContain("Run faster")
    expect(shown.stdout).toContain("+- Second.")
    expect(shown.stdout).toContain("== scanners and packages\n  scanner bandit: 1.9.3 -> 1.9.4\n")
    expect(shown.stdout).toContain(`+    "pin": "${second}"`)
    expect(shown.stdout).toContain("Base images: pipeline.yaml pins none by digest")
    expect(shown.stdout).toContain("Nothing was changed")
    expect(JSON.parse(read("dagger.json")).blueprint.pin).toBe(first)

    expect(run(PIPELINE, ["update", "--yes"])).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(read("dagger.json")).blueprint).toEqual({
      name: "pipeline",
      source: `${address}@v1.10.0`,
      pin: second,
    })
    expect(run("./pipeline", ["ci"]).stdout).toContain("version 2")
    expect(run(PIPELINE, ["update"]).stdout).toContain("is up to date")
    const back = run(PIPELINE, ["update", "--to=v1.0.0"])
    expect(back.stdout).toContain("It is not a successor of what is pinned now.")
  })

  it("has registries asked about the base images that pipeline.yaml pins", () => {
    const { address } = remote()
    run(PIPELINE, ["init", `--source=${address}`, "--yes", "--no-workflow"])
    write(repository, "pipeline.yaml", `images:\n  python:3.11: sha256:${"a".repeat(64)}\n`)
    // In the engine's place: says what it was asked.
    const version = '[ "$1" = version ] && echo "dagger v0.19.10 (x) linux/amd64" && exit'
    write(folder, "bin/dagger", `#!/bin/sh\n${version}\necho "asked: $*"\nexit $CODE\n`)
    execFileSync("chmod", ["+x", join(folder, "bin/dagger")])
    const update = (code: string, ...flags: string[]) =>
      run(PIPELINE, ["update", ...flags], repository, {
        ...{ PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}`, CODE: code },
        _EXPERIMENTAL_DAGGER_RUNNER_HOST: "kube-pod://engine",
      })
    const asked = update("0")
    expect(asked).toMatchObject({ exitCode: 0 })
    expect(asked.stdout).toMatch(/^asked: .*call .*update-images diff$/m)
    expect(asked.stdout).toContain("`./pipeline update-images file -o pipeline.yaml` writes them")
    expect(update("1")).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("could not be asked about base images"),
    })
    expect(update("0", "--no-images").stdout).not.toContain("asked:")
  })

  it("names an address that does not answer, and a version that is not there", () => {
    const gone = run(PIPELINE, ["init", `--source=file://${folder}/gone.git@v1`, "--yes"])
    expect(gone).toMatchObject({ exitCode: 3 })
    expect(gone.output).toContain("does not answer")
    expect(run(PIPELINE, ["init", "--source=http://127.0.0.1:1/pipeline.git@v1"])).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining("dagger leaves the port of a module's address out"),
    })
    const { address } = remote()
    expect(run(PIPELINE, ["init", `--source=${address}@v7.0.0`])).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining("has no tag or branch v7.0.0"),
    })
  })
})

describe("a copy of the pipeline", { timeout: TIMEOUT }, () => {
  it("is made anew by update, which names the files that differ", () => {
    run(PIPELINE, ["init", "--vendor", "--yes"])
    const changed = join(repository, "tools/pipeline/docs/testing.md")
    writeFileSync(changed, "old\n")
    write(repository, "tools/pipeline/engine/gone.mjs", "")
    const shown = run(PIPELINE, ["update"])
    expect(shown.stdout).toMatch(/docs\/testing.md +\|/)
    expect(shown.stdout).toContain("engine/gone.mjs")
    expect(readFileSync(changed, "utf8")).toBe("old\n")
    expect(run(PIPELINE, ["update", "--yes"])).toMatchObject({ exitCode: 0 })
    expect(readFileSync(changed, "utf8")).not.toBe("old\n")
    expect(existsSync(join(repository, "tools/pipeline/engine/gone.mjs"))).toBe(false)
    expect(run(PIPELINE, ["update"]).stdout).toContain("is up to date")
  })

  it("is not what this repository has", () => {
    const { exitCode, output } = run(PIPELINE, ["update"], CHECKOUT)
    expect(exitCode).toBe(2)
    expect(output).toContain("names no pipeline to update")
  })
})
