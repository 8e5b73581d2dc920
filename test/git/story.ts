import { execFileSync, type SpawnSyncReturns } from "node:child_process"
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Facts, GatherRequest, GatherResult } from "../../ci/src/changes/facts.js"
import { gatherFacts } from "../../ci/src/changes/gather/answer.mjs"
import type { Run } from "../../ci/src/changes/gather/git.mjs"
import type { Plan } from "../../ci/src/changes/plan.js"
import { planChanges } from "../../ci/src/changes/planner.js"
import { type Config, formatIssues, parseConfig } from "../../ci/src/config/index.js"

/** The monorepo that the stories are about. */
export const SERVICES = {
  services: [
    service("api", { depends_on: ["common"] }),
    service("web", { depends_on: ["api"] }),
    service("worker", { inputs: ["proto/**"], dockerfile: "/docker/worker.Dockerfile" }),
    service("billing"),
    service("plugin", { path: "services/billing/plugins/tax" }),
  ],
  libraries: [{ name: "common", path: "libs/common" }],
}

const FILES = {
  "services.json": JSON.stringify(SERVICES, null, 2),
  "services/api/main.py": "api",
  "services/web/main.py": "web",
  "services/worker/main.py": "worker",
  "services/billing/main.py": "billing",
  "services/billing/plugins/tax/main.py": "tax",
  "libs/common/common.py": "common",
  "proto/user.proto": "user",
  "docker/worker.Dockerfile": "FROM scratch",
  ".gitignore": "*.log\n",
}

/** An entry of `services.json`. */
export function service(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { name, path: `services/${name}`, language: "python", test_command: "pytest", ...more }
}

/** What stories need, and what makes git faster with repositories that nobody will miss. */
const SETTINGS = {
  "protocol.file.allow": "always",
  "core.fsync": "none",
  "maintenance.auto": "false",
}

function asVariables(settings: Record<string, string>): NodeJS.ProcessEnv {
  const entries = Object.entries(settings)
  const variables = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return { GIT_CONFIG_COUNT: String(entries.length), ...Object.fromEntries(variables) }
}

/**
 * A real repository in a temporary folder, and what happens to it.
 *
 * @example
 * const story = Story.begin().branch("feature").write({ "services/api/main.py": "new" }).commit()
 * expect(names(await story.plan())).toEqual(["api", "web"])
 */
export class Story {
  static readonly #folders: string[] = []
  static readonly #beginnings = new Map<string, Story>()

  private constructor(
    readonly folder: string,
    private readonly home: string,
  ) {}

  /** A repository with five services on the branch main, all of it committed. */
  static begin({ objectFormat = "sha1", files = FILES as Record<string, string> } = {}): Story {
    if (files !== FILES) return Story.empty(objectFormat).write(files).commit("start")
    // Nearly every story begins like this, and a copy is made faster than a repository.
    const first =
      Story.#beginnings.get(objectFormat) ?? Story.empty(objectFormat).write(files).commit("start")
    Story.#beginnings.set(objectFormat, first)
    const story = Story.#inNewFolder()
    cpSync(first.folder, story.folder, { recursive: true, preserveTimestamps: true })
    return story
  }

  /** A repository without a commit. */
  static empty(objectFormat = "sha1"): Story {
    const story = Story.#inNewFolder()
    mkdirSync(story.folder)
    story.git(
      "init",
      "--quiet",
      "--template=",
      `--object-format=${objectFormat}`,
      "--initial-branch=main",
    )
    return story
  }

  /** Removes everything that stories wrote. */
  static end(): void {
    for (const folder of Story.#folders.splice(0)) rmSync(folder, { recursive: true, force: true })
    Story.#beginnings.clear()
  }

  write(files: Record<string, string>): this {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(this.path(path)), { recursive: true })
      writeFileSync(this.path(path), content)
    }
    return this
  }

  /** Writes a file whose name is not text. */
  writeBytes(name: Buffer): this {
    writeFileSync(Buffer.concat([Buffer.from(`${this.folder}/`), name]), "bytes")
    return this
  }

  /** Writes `services.json`, with some changes to it. */
  config(change: (config: typeof SERVICES) => unknown): this {
    const config = structuredClone(SERVICES)
    change(config)
    return this.write({ "services.json": JSON.stringify(config) })
  }

  remove(...paths: string[]): this {
    for (const path of paths) rmSync(this.path(path), { recursive: true })
    return this
  }

  move(from: string, to: string): this {
    mkdirSync(dirname(this.path(to)), { recursive: true })
    this.git("mv", "--", from, to)
    return this
  }

  link(path: string, target: string): this {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    symlinkSync(target, this.path(path))
    return this
  }

  makeExecutable(path: string): this {
    chmodSync(this.path(path), 0o755)
    return this
  }

  stage(...paths: string[]): this {
    this.git("add", "--all", "--", ...(paths.length === 0 ? ["."] : paths))
    return this
  }

  commit(message = "change"): this {
    this.stage()
    this.git("commit", "--quiet", "--allow-empty", "--message", message)
    return this
  }

  /** Makes a number of commits that change nothing of interest. */
  commits(count: number): this {
    for (let index = 0; index < count; index += 1) {
      this.git("commit", "--quiet", "--allow-empty", "--message", `step ${index}`)
    }
    return this
  }

  branch(name: string): this {
    this.git("checkout", "--quiet", "-b", name)
    return this
  }

  checkout(revision: string): this {
    this.git("checkout", "--quiet", revision)
    return this
  }

  /** Merges as GitHub does for a pull request: base first, then the pull request's head. */
  merge(revision: string): this {
    this.git("merge", "--quiet", "--no-ff", "--no-edit", revision)
    return this
  }

  /** A second checkout of this repository, fetched like a CI job fetches it. */
  clone(...options: string[]): Story {
    const copy = Story.#inNewFolder()
    this.git("clone", "--quiet", ...options, `file://${this.folder}`, copy.folder)
    return copy
  }

  /** The same repository seen from another folder of it, or from a linked worktree. */
  from(folder: string): Story {
    return new Story(folder, this.home)
  }

  sha(revision = "HEAD"): string {
    return this.git("rev-parse", revision)
  }

  path(path: string): string {
    return join(this.folder, path)
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8")
  }

  git(...args: string[]): string {
    const options = { cwd: this.folder, env: this.env, encoding: "utf8", stdio: "pipe" } as const
    try {
      const folder = args[0] === "clone" ? { ...options, cwd: tmpdir() } : options
      return execFileSync("git", args, folder).trim()
    } catch (error) {
      throw new Error(`git ${args.join(" ")}: ${(error as SpawnSyncReturns<string>).stderr}`)
    }
  }

  /** An environment of its own, so that the settings of whoever runs the tests don't matter. */
  get env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: this.home,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "A",
      GIT_AUTHOR_EMAIL: "a@example.com",
      GIT_COMMITTER_NAME: "A",
      GIT_COMMITTER_EMAIL: "a@example.com",
      ...asVariables(SETTINGS),
    }
  }

  gather(request: GatherRequest = {}, run?: Run): Promise<GatherResult> {
    return gatherFacts(request, { cwd: this.folder, env: this.env, run })
  }

  async facts(request: GatherRequest = {}): Promise<Facts> {
    const result = await this.gather(request)
    if (!result.ok) throw new Error(`gathering failed (${result.code}): ${result.message}`)
    return result
  }

  async plan(request: GatherRequest = {}): Promise<Plan> {
    return planChanges(await this.facts(request), this.currentConfig())
  }

  /** The configuration as it is in the working tree. */
  currentConfig(): Config {
    const top = this.from(this.git("rev-parse", "--show-toplevel"))
    const pipeline = top.tryRead("pipeline.yaml")
    const { config, issues } = parseConfig({
      services: { path: "services.json", text: top.read("services.json") },
      ...(pipeline === null ? {} : { pipeline: { path: "pipeline.yaml", text: pipeline } }),
    })
    if (config === undefined) throw new Error(formatIssues(issues))
    return config
  }

  private tryRead(path: string): string | null {
    try {
      return this.read(path)
    } catch {
      return null
    }
  }

  static #inNewFolder(): Story {
    const home = mkdtempSync(join(tmpdir(), "pipeline-story-"))
    Story.#folders.push(home)
    return new Story(join(home, "checkout"), home)
  }
}

/** The names of the services that a plan selects. */
export function names(plan: Plan): string[] {
  return plan.services.map(({ name }) => name)
}

/** The kinds of reasons of one service in a plan. */
export function kinds(plan: Plan, name: string): string[] {
  const found = plan.services.find((each) => each.name === name)
  return [...new Set(found?.reasons.map(({ kind }) => kind))]
}
