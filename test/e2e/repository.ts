import { execFileSync, spawn } from "node:child_process"
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { onTestFailed } from "vitest"
import { getCurrentTest } from "vitest/suite"
import { readFailure, tellsOfUnreadConstructor } from "../../engine/launcher/failure.mjs"

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url))

/** How a command ended. */
export interface Outcome {
  exitCode: number
  stdout: string
  stderr: string
  /** Both, as a terminal would show them. */
  output: string
}

/** A repository of its own, with this checkout's module and examples in it, committed on `main`. */
export interface TestRepository {
  path: string
  write(file: string, text: string): void
  append(file: string, text: string): void
  read(file: string): string
  remove(file: string): void
  git(...args: string[]): string
  /** Types a line into a shell that `eval "$(./pipeline engine env)"` prepared. */
  shell(line: string, env?: NodeJS.ProcessEnv): Promise<Outcome>
  /** Runs the launcher. */
  pipeline(args: string[], env?: NodeJS.ProcessEnv): Promise<Outcome>
  delete(): void
}

/**
 * Copies what git knows of this checkout, changes included, and makes a repository of it.
 *
 * @param options.scans whether its `ci` scans: that takes its time, and most tests are not about it
 */
export function exampleRepository({ scans = false } = {}): TestRepository {
  const path = mkdtempSync(join(tmpdir(), "pipeline-e2e-"))
  const listed = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    { cwd: CHECKOUT, encoding: "utf8" },
  )
  for (const file of listed.split("\0").filter(Boolean)) {
    try {
      cpSync(join(CHECKOUT, file), join(path, file), { recursive: true, verbatimSymlinks: true })
    } catch (error) {
      // Deleted in the checkout, but not yet in git.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    }
  }
  const repository = repositoryAt(path)
  if (!scans)
    repository.write(
      "pipeline.yaml",
      repository.read("pipeline.yaml").replace(/^scan:$/m, "scan:\n  in_ci: false"),
    )
  repository.git("init", "--quiet", "--initial-branch=main")
  repository.git("add", "--all")
  repository.git("commit", "--quiet", "--message=all of it")
  return repository
}

const IDENTITY = {
  GIT_AUTHOR_NAME: "t",
  GIT_AUTHOR_EMAIL: "t@example.com",
  GIT_COMMITTER_NAME: "t",
  GIT_COMMITTER_EMAIL: "t@example.com",
}

/** A repository that is already there. */
export function repositoryAt(path: string): TestRepository {
  const run = (command: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
    runToEnd(command, args, path, env)
  return {
    path,
    write: (file, text) => {
      mkdirSync(dirname(join(path, file)), { recursive: true })
      writeFileSync(join(path, file), text)
    },
    append: (file, text) => appendFileSync(join(path, file), text),
    read: (file) => readFileSync(join(path, file), "utf8"),
    remove: (file) => rmSync(join(path, file), { recursive: true }),
    git: (...args) =>
      execFileSync("git", args, {
        cwd: path,
        encoding: "utf8",
        env: { ...process.env, ...IDENTITY },
      }),
    shell: async (line, env) => {
      const script = `eval "$(./pipeline engine env)"\n${line}`
      const outcome = await run("bash", ["-c", script], env)
      const lines = outcome.stderr.split("\n")
      if (!tellsOfUnreadConstructor(readFailure(lines)?.message ?? "", lines)) return outcome
      // What a user does, too. Of the product, no test would say more than that the engine has this fault.
      console.warn(`the engine lost what the constructor gave, and is asked again: ${line}`)
      return run("bash", ["-c", script], env)
    },
    pipeline: (args, env) => run("./pipeline", args, env),
    delete: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Asynchronous, because vitest ends workers that don't answer for a minute. */
function runToEnd(
  command: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, CI: undefined, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (chunk) => (stdout += chunk))
    child.stderr.setEncoding("utf8").on("data", (chunk) => (stderr += chunk))
    child.on("error", reject)
    child.on("close", (code) => {
      const outcome = { exitCode: code ?? 1, stdout, stderr, output: stdout + stderr }
      tellIfTestFails([command, ...args].join(" "), outcome)
      resolve(outcome)
    })
  })
}

/** What a command said is what explains a failing test, whichever part of it was compared. */
function tellIfTestFails(command: string, { exitCode, output }: Outcome): void {
  if (!getCurrentTest()) return
  const end = output.split("\n").slice(-60).join("\n")
  onTestFailed(() => console.error(`${command}\nended with ${exitCode}:\n${end}`))
}

/** The rows of a run's table: service, stage, result, and whether it was cached. */
export function tableRows(
  output: string,
): { service: string; stage: string; result: string; cached: boolean }[] {
  const rows = output.matchAll(
    /^([a-z0-9._-]+) +(preflight|test|scan|build|image-scan|smoke|contract|load|push|integration) +(ok|FLAKY|FAILED|ERROR|-)(?: +[\d.]+ s)?( +cached)?/gm,
  )
  return [...rows].map(([, service = "", stage = "", result = "", cached]) => ({
    service,
    stage,
    result,
    cached: cached !== undefined,
  }))
}
