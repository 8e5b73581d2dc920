import { describe, expect, it } from "vitest"
import {
  describeCall,
  splitArguments,
  wantsDaggerProgress,
} from "../../../engine/launcher/arguments.mjs"

function call(line: string) {
  const command = splitArguments(line.split(" "))
  if (command.kind !== "call") throw new Error(`\`${line}\` is ${command.kind}`)
  return [command.daggerFlags.join(" "), command.functionArguments.join(" ")]
}

describe("splitArguments", () => {
  it.each([
    { line: "ci", dagger: "", words: "ci" },
    { line: "ci --changed", dagger: "", words: "ci --changed" },
    { line: "--progress=plain ci", dagger: "--progress=plain", words: "ci" },
    { line: "--progress plain ci --changed", dagger: "--progress plain", words: "ci --changed" },
    { line: "-q -v ci", dagger: "-q -v", words: "ci" },
    { line: "-vvv --debug ci", dagger: "-vvv --debug", words: "ci" },
    { line: "-i ci", dagger: "-i", words: "ci" },
    { line: "-m ../other ci", dagger: "", words: "-m ../other ci" },
    { line: "-o out report", dagger: "", words: "-o out report" },
    { line: "--checkout-files=. ci", dagger: "", words: "--checkout-files=. ci" },
    { line: "ci --progress=plain", dagger: "", words: "ci --progress=plain" },
    { line: "ci --json", dagger: "", words: "ci --json" },
    { line: "plan --json", dagger: "", words: "plan --format=json" },
    { line: "plan --base=main --matrix", dagger: "", words: "plan --base=main --format=matrix" },
    { line: "ci --no-install --changed", dagger: "", words: "ci --changed" },
    { line: "ci --help", dagger: "", words: "ci --help" },
  ])("gives `$line` to dagger", ({ line, dagger, words }) => {
    expect(call(line)).toEqual([dagger, words])
  })

  it.each([[[]], [["--help"]], [["-h"]], [["help"]]])("shows the first screen for %j", (words) => {
    expect(splitArguments(words)).toEqual({ kind: "help" })
  })

  it("keeps `engine` and what follows", () => {
    expect(splitArguments(["engine", "logs", "-f"])).toEqual({
      kind: "engine",
      words: ["logs", "-f"],
      install: true,
    })
  })

  it("keeps `bench` and what follows", () => {
    expect(splitArguments(["bench", "hop", "--rounds=3"])).toEqual({
      kind: "bench",
      words: ["hop", "--rounds=3"],
    })
  })

  it("takes --no-install anywhere", () => {
    expect(splitArguments(["--no-install", "engine", "up"])).toMatchObject({ install: false })
    expect(splitArguments(["ci", "--no-install"])).toMatchObject({ install: false })
  })

  it.each(["init", "update", "bench"] as const)("hands what follows `%s` on", (kind) => {
    expect(splitArguments([kind, "--yes", "a"])).toEqual({ kind, words: ["--yes", "a"] })
  })

  it("watches with --watch, wherever it stands, what only reads the checkout", () => {
    for (const line of ["ci --changed --watch", "--watch ci --changed"])
      expect(splitArguments(line.split(" "))).toMatchObject({
        watch: true,
        functionArguments: ["ci", "--changed"],
      })
    expect(() => splitArguments(["deploy", "--watch"])).toThrow(/ci, plan, scan only/)
  })

  it("plans on the host with --local, wherever it stands", () => {
    const words = ["--format=json", "--base=main"]
    for (const line of ["plan --local --json --base=main", "--local plan --json --base=main"])
      expect(splitArguments(line.split(" "))).toEqual({ kind: "local-plan", words })
  })

  it("has --local for nothing else", () => {
    expect(() => splitArguments(["ci", "--local"])).toThrow(/`plan` only/)
  })

  it("lets a function's value be a word of ours", () => {
    expect(call("ci --service init")).toEqual(["", "ci --service init"])
  })
})

describe("describeCall", () => {
  it.each([
    { line: "ci --changed", name: "ci", interactive: false },
    { line: "debug --service=api --step=test terminal", name: "debug", interactive: true },
    { line: "stack up", name: "stack", interactive: true },
    { line: "-o out report", name: "report", interactive: false },
    { line: "up", name: "up", interactive: false },
    { line: "--help", name: undefined, interactive: false },
  ])("understands `$line`", ({ line, name, interactive }) => {
    expect(describeCall(line.split(" "))).toEqual({ name, interactive })
  })
})

describe("wantsDaggerProgress", () => {
  it.each([
    { flags: [], environment: {}, wants: false },
    { flags: ["-y"], environment: {}, wants: false },
    { flags: ["--progress=plain"], environment: {}, wants: true },
    { flags: ["-vv"], environment: {}, wants: true },
    { flags: ["-i"], environment: {}, wants: true },
    { flags: [], environment: { PIPELINE_PROGRESS: "dagger" }, wants: true },
    { flags: [], environment: { DAGGER_PROGRESS: "dots" }, wants: true },
  ])("$flags with $environment: $wants", ({ flags, environment, wants }) => {
    expect(wantsDaggerProgress(flags, environment)).toBe(wants)
  })
})
