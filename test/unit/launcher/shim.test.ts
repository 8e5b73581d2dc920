import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { installShim, SHIM } from "../../../engine/launcher/shim.mjs"

let folder = ""
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shim it's "))
  fakeDagger(join(folder, "real"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A dagger that prints its arguments and environment. */
function fakeDagger(file: string): void {
  writeFileSync(file, '#!/bin/sh\nprintf "<%s>\\n" "$@"\nenv\n', { mode: 0o755 })
}

function runShim(cwd: string, environment: Record<string, string> = {}, args: string[] = []) {
  return execFileSync("sh", [SHIM, ...args], {
    cwd,
    encoding: "utf8",
    env: {
      PATH: process.env.PATH ?? "",
      PIPELINE_DAGGER_CLI: join(folder, "real"),
      ...environment,
    },
  }).split("\n")
}

describe("the dagger shim", () => {
  it.each([
    { env: "A=${X}", gets: ["X"] },
    { env: "A=$X", gets: ["X"] },
    { env: 'A="$X and ${Y}"', gets: ["X", "Y"] },
    { env: "A=${X:-default}", gets: [] },
    { env: "A=${X-default}", gets: [] },
    { env: "A=${X:+other}", gets: [] },
    { env: "A=${X:-${Y}}", gets: ["Y"] },
    { env: "X=1\nA=${X}", gets: [] },
    { env: "A=${X}\nX=1", gets: [] },
    { env: "export X=1\nA=${X}", gets: [] },
    { env: "A=${#X}", gets: ["X"] },
    { env: "A=${X?message}", gets: ["X"] },
    { env: "A=100$", gets: [] },
    { env: "A=$1 $", gets: [] },
    { env: "PATH=$PATH:/x", gets: [] },
    { env: "A=${X}\r\nB=2\r", gets: ["X"] },
    { env: "", gets: [] },
  ])("gives a value to what $env refers to: $gets", ({ env, gets }) => {
    writeFileSync(join(folder, ".env"), env)
    const lines = runShim(folder)
    expect(["X", "Y"].filter((name) => lines.includes(`${name}= `))).toEqual(gets)
  })

  it("gives a value to `$$`, which compose files are full of", () => {
    writeFileSync(join(folder, ".env"), "A=pa$$word ${X}")
    // A shell in between would drop a variable of that name.
    const lines = runShim(folder, { PIPELINE_DAGGER_CLI: "/usr/bin/env" })
    expect(lines).toEqual(expect.arrayContaining(["$= ", "X= "]))
    expect(runShim(folder, {}, ["call", "ci --x"]).slice(0, 2)).toEqual(["<call>", "<ci --x>"])
  })

  it("names the line that dagger can't read, unless the launcher does", () => {
    const env = join(folder, ".env")
    writeFileSync(env, "# export\nexport A=1\n")
    const stderr = (cli: string) =>
      spawnSync("sh", [cli], {
        cwd: folder,
        encoding: "utf8",
        env: { PATH: process.env.PATH ?? "" },
      }).stderr
    const installed = join(folder, "dagger")
    writeFileSync(installed, readFileSync(SHIM, "utf8").replace("@DAGGER@", "true"))
    expect(stderr(installed)).toContain(`${env}:2: dagger reads .env files`)
    expect(stderr(installed).trim().split("\n")).toHaveLength(1)
    const said = spawnSync("sh", [SHIM], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "", PIPELINE_DAGGER_CLI: "true" },
    })
    expect(said.stderr).toBe("")
  })

  it("leaves variables with a value alone", () => {
    writeFileSync(join(folder, ".env"), "A=${X} ${Y}")
    const lines = runShim(folder, { X: "set", Y: "" })
    expect(lines).toContain("X=set")
    // Dagger counts an empty variable as unset.
    expect(lines).toContain("Y= ")
  })

  it("looks in every folder above", () => {
    const deep = join(folder, "a", "b")
    mkdirSync(deep, { recursive: true })
    writeFileSync(join(folder, ".env"), "A=${X}")
    writeFileSync(join(folder, "a", ".env"), "A=${Y}")
    const lines = runShim(deep)
    expect(lines).toContain("X= ")
    expect(lines).toContain("Y= ")
  })

  it("hands on arguments as they are", () => {
    const args = ["call", "ci", "--service=a b", "", "$X", "it's"]
    expect(runShim(folder, {}, args).slice(0, args.length)).toEqual(args.map((arg) => `<${arg}>`))
  })

  it("keeps the user's git configuration out of containers, unless told which to use", () => {
    expect(runShim(folder)).toContain("GIT_CONFIG_GLOBAL=/dev/null")
    expect(runShim(folder, { GIT_CONFIG_GLOBAL: "/etc/own" })).toContain(
      "GIT_CONFIG_GLOBAL=/etc/own",
    )
  })

  it("is installed with the real CLI in it, whatever its path", async () => {
    const odd = join(folder, 'da"gg}er $HOME `x` \\')
    fakeDagger(odd)
    await installShim(odd, join(folder, "bin"))
    const installed = join(folder, "bin", "dagger")
    expect(statSync(installed).mode & 0o777).toBe(0o755)
    expect(readFileSync(installed, "utf8")).not.toContain("@DAGGER@")
    const output = execFileSync(installed, ["version"], { cwd: folder, encoding: "utf8" })
    expect(output).toMatch(/^<version>/)
  })
})
