import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, it } from "vitest"

const PIPELINE = fileURLToPath(new URL("../../../pipeline", import.meta.url))
const START = fileURLToPath(new URL("../../../engine/launcher/start.cjs", import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pipeline-start-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What Node.js is started with by `./pipeline`. */
function environmentOfNode(words: string[], env: NodeJS.ProcessEnv): string[] {
  writeFileSync(join(folder, "node"), "#!/bin/sh\nenv\n")
  chmodSync(join(folder, "node"), 0o755)
  const options = { env: { PATH: `${folder}:/usr/bin:/bin`, ...env } }
  const lines = execFileSync(PIPELINE, words, options).toString().split("\n")
  return lines.filter((line) => line.includes("_CERTS=")).sort()
}

it.each<[words: string[], env: NodeJS.ProcessEnv, seen: string[]]>([
  [["ci", "--changed"], { NODE_EXTRA_CA_CERTS: "/a b" }, ["NODE_EXTRA_CA_CERTS=/a b"]],
  [["plan", "--local"], { NODE_EXTRA_CA_CERTS: "/a b" }, ["PIPELINE_EXTRA_CA_CERTS=/a b"]],
  [["plan", "--localised"], { NODE_EXTRA_CA_CERTS: "/a" }, ["NODE_EXTRA_CA_CERTS=/a"]],
  [["plan", "--local"], {}, []],
])("%j: Node.js reads certificates only where it connects", (words, env, seen) => {
  expect(environmentOfNode(words, env)).toEqual(seen)
})

it("gives programs that it starts the certificates", () => {
  const hook = join(folder, "hook.cjs")
  writeFileSync(hook, "process.on('exit', () => console.log(process.env.NODE_EXTRA_CA_CERTS))")
  const env = { PATH: process.env.PATH, HOME: folder, PIPELINE_EXTRA_CA_CERTS: "/bundle.pem" }
  const printed = execFileSync(process.execPath, ["--require", hook, START, "--version"], { env })
  expect(printed.toString().trim().split("\n").at(-1)).toBe("/bundle.pem")
})
