import { execFileSync, spawnSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository()
})
afterAll(() => repository.delete())

/** Changes services.json for one command. */
async function withServices(change: (text: string) => string, command: string) {
  const original = repository.read("services.json")
  repository.write("services.json", change(original))
  try {
    return await repository.shell(command)
  } finally {
    repository.write("services.json", original)
  }
}

describe("a configuration that can't be used ends with 2, before anything runs", () => {
  it.each([
    [
      "a misspelt key",
      (text: string) => text.replace('"language"', '"languge"'),
      /services\.json:\d+:\d+ .*languge[\s\S]*language/,
    ],
    [
      "a service path that does not exist",
      (text: string) => text.replace("examples/services/api", "examples/services/apo"),
      /services\.json:\d+.*[\s\S]*examples\/services\/apo/,
    ],
    [
      "a Dockerfile that is missing",
      (text: string) => text.replace("Dockerfile.nats", "Dockerfile.gnats"),
      /services\.json:\d+.*[\s\S]*Dockerfile\.gnats/,
    ],
    ["text that is not JSON", (text: string) => text.slice(0, -10), /services\.json:\d+:\d+/],
    ["no services", () => "{}", /services\.json/],
  ])("%s", async (_, change, message) => {
    const { exitCode, output } = await withServices(change, "dagger call ci")
    expect(output).toMatch(message)
    expect(exitCode).toBe(2)
    expect(tableRows(output)).toEqual([])
  })

  it("no services.json, through the launcher and through dagger", async () => {
    const text = repository.read("services.json")
    repository.remove("services.json")
    try {
      for (const { exitCode, output } of [
        await repository.pipeline(["ci"]),
        await repository.shell("dagger call ci"),
      ]) {
        expect(exitCode).toBe(2)
        expect(output).toContain("services.json")
        expect(output).toMatch(/next/i)
      }
    } finally {
      repository.write("services.json", text)
    }
  })

  it("a service that does not exist", async () => {
    const { exitCode, output } = await repository.shell("dagger call ci --service=leaderbord")
    expect(exitCode).toBe(2)
    expect(output).toContain('Did you mean "leaderboard"?')
  })

  it("a step that does not exist", async () => {
    const { exitCode, output } = await repository.shell(
      "dagger call debug --service=api --step=tset terminal",
    )
    expect(exitCode).toBe(2)
    expect(output).toContain('Did you mean "test"?')
  })

  it("a base that does not exist", async () => {
    const { exitCode, output } = await repository.shell("dagger call plan --base=no-such-branch")
    expect(exitCode).toBe(2)
    expect(output).toContain("no-such-branch")
  })
})

describe("where there is no repository", () => {
  it("says so", () => {
    const launcher = join(repository.path, "pipeline")
    const outcome = (() => {
      try {
        return {
          code: 0,
          text: execFileSync(launcher, ["ci"], {
            cwd: "/",
            encoding: "utf8",
            stdio: ["ignore", "pipe", "pipe"],
          }),
        }
      } catch (error) {
        const { status, stdout, stderr } = error as {
          status: number
          stdout: string
          stderr: string
        }
        return { code: status, text: stdout + stderr }
      }
    })()
    expect(outcome.code).toBe(2)
    expect(outcome.text).toMatch(/dagger\.json|repository/)
  })
})

describe("a .env file of the user's repository", () => {
  it("neither changes nor breaks a run", async () => {
    const before = await repository.shell("dagger call plan --all --format=json")
    repository.write(
      ".env",
      "SOURCE=\nPIPELINE_X=1\nA=${UNSET_SOMEWHERE}\nCHECKOUT=/nowhere\nB=$ALSO_UNSET\n",
    )
    try {
      const after = await repository.shell("dagger call plan --all --format=json")
      expect(after.output).not.toContain("rror")
      expect(after.exitCode).toBe(0)
      expect(after.stdout).toBe(before.stdout)
      expect((await repository.pipeline(["plan", "--all", "--format=json"])).exitCode).toBe(0)
    } finally {
      repository.remove(".env")
    }
  })
})

describe("credentials in the checkout", () => {
  it("never reach the engine", async () => {
    // Made here: this file itself is part of what is uploaded.
    const token = `ghp_${randomUUID()}`
    const control = randomUUID()
    const header = `AUTHORIZATION: basic ${token}`
    repository.git("config", "http.https://github.com/.extraheader", header)
    const address = `https://user:${token}@github.com/`
    repository.git("remote", "add", "origin", `${address}o/r.git`)
    repository.git("config", `url.${address}.insteadOf`, "https://github.com/")
    repository.git("config", "extensions.worktreeConfig", "true")
    repository.git("config", "--worktree", "http.extraheader", header)
    repository.git("config", "includeIf.gitdir:/.path", "more.inc")
    const places = ["more.inc", "credentials", "modules/m/config", "worktrees/w/config.worktree"]
    for (const place of places) {
      mkdirSync(dirname(join(repository.path, ".git", place)), { recursive: true })
      repository.write(`.git/${place}`, `[url "${address}"]\n`)
    }
    repository.write("control.txt", control)
    const inActions = { GITHUB_ACTIONS: "true", GITHUB_TOKEN: token }
    for (const { exitCode, output } of [
      await repository.shell("dagger call plan"),
      await repository.pipeline(["plan"]),
      await repository.pipeline(["plan"], inActions),
    ]) {
      expect(output).not.toContain(token)
      expect(exitCode).toBe(0)
    }
    expect(filesWith([token], [join(repository.path, ".pipeline")])).toEqual([])
    const { home } = JSON.parse((await repository.pipeline(["engine", "status", "--json"])).stdout)
    const marker = join(repository.path, "services.json")
    const found = newFilesWith([token, control], home, marker)
    expect(found.filter((line) => line.endsWith(token))).toEqual([])
    // The same search finds what was uploaded.
    expect(found.filter((line) => line.endsWith(control))).not.toEqual([])
  })
})

/** Files of the engine and the registry that appeared after `marker` and hold one of the texts, each as "file:text". */
function newFilesWith(texts: string[], home: string, marker: string): string[] {
  const places = ["state", "registry", "logs"].map((name) => join(home, name))
  return filesWith(texts, places, ["-cnewer", marker, "-size", "-20M"])
}

function filesWith(texts: string[], places: string[], conditions: string[] = []): string[] {
  const tests = ["-type", "f", ...conditions]
  const grep = ["grep", "--only-matching", "--with-filename", "--binary-files=text"]
  const search = ["-exec", ...grep, ...texts.flatMap((text) => ["-e", text]), "{}", "+"]
  const { stdout } = spawnSync("find", [...places, ...tests, ...search], { encoding: "utf8" })
  return stdout.split("\n").filter(Boolean)
}
