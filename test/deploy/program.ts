import type { ChildProcess } from "node:child_process"
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { World } from "./world.js"

const BUILD = fileURLToPath(new URL("../../ci/deploy/build.mjs", import.meta.url))

/** The deploying program as a process of its own, as it is started in its container. */
export interface Program {
  start(command: string, ...args: string[]): Started
  delete(): void
}

export interface Started {
  child: ChildProcess
  /** What it has said so far. */
  output(): string
}

/** Bundles the program for a world, with the settings that the world has now. */
export function buildProgram({ settings, endpoint }: World): Program {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-deploy-"))
  const program = join(folder, "deploy.mjs")
  execFileSync("node", [BUILD, program])
  const files = {
    settings,
    credentials: { Version: 1, AccessKeyId: "test", SecretAccessKey: "test" },
  }
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(content))
  const given = Object.keys(files).map((name) => `--${name}=${join(folder, `${name}.json`)}`)
  return {
    start: (command, ...args) => {
      const options = [...given, `--endpoint=${endpoint}`, ...args]
      const child = spawn("node", ["--no-warnings", program, command, ...options])
      let output = ""
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => (output += chunk.toString()))
      return { child, output: () => output }
    },
    delete: () => rmSync(folder, { recursive: true }),
  }
}
