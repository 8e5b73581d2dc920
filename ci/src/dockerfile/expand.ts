import { IssueList } from "./issues.js"
import type { LexResult } from "./lex.js"
import { lex } from "./lex.js"
import type { Dockerfile, Instruction, Stage } from "./model.js"
import { closest } from "../config/suggest.js"

/** What a build is told from outside. */
export interface BuildOptions {
  /** Build arguments. */
  args?: Readonly<Record<string, string>>
  /** The stage to build; the last one if not given. */
  target?: string
  /** The platform to build for, for example `linux/arm64`. @default "linux/amd64" */
  platform?: string
  /** The platform that builds. @default the one to build for */
  buildPlatform?: string
}

/** Names that are set, with their values. */
export type Environment = ReadonlyMap<string, string>

/** A Dockerfile with the variables of one build put in. */
export interface ExpandedDockerfile {
  dockerfile: Dockerfile
  stages: ExpandedStage[]
  /** FROM lines that mean nothing with these arguments. */
  issues: IssueList["issues"]
}

export interface ExpandedStage {
  stage: Stage
  base: Base
  platform?: string
  /** What really runs: ONBUILD triggers of the stage below, then the stage's own instructions. */
  steps: Step[]
  /** The environment at the end of the stage. */
  env: Environment
}

/** What a stage is built on. */
export type Base =
  | { kind: "image"; reference: string }
  | { kind: "stage"; index: number }
  | { kind: "scratch" }
  | { kind: "unknown" }

/** An instruction, with the environment in which it runs. */
export interface Step {
  instruction: Instruction
  env: Environment
}

const DEFAULT_PLATFORM = "linux/amd64"

/**
 * Puts the variables of one build into the FROM lines, and follows ARG and ENV through every stage.
 *
 * @example
 * expandArgs(parse("ARG V=3.11\nFROM python:$V", "Dockerfile"), { args: { V: "3.12" } })
 *   .stages[0].base // { kind: "image", reference: "python:3.12" }
 */
export function expandArgs(dockerfile: Dockerfile, options: BuildOptions = {}): ExpandedDockerfile {
  const issues = new IssueList(dockerfile.path)
  const globals = globalValues(dockerfile, options, issues)
  const known = new Map([...globals].map(([name, value]) => [name, value ?? ""]))
  const stages: ExpandedStage[] = []
  for (const stage of dockerfile.stages) {
    const base = expandBase(dockerfile, stage, known, issues)
    const platform = stage.from.platform
    const parent = base.kind === "stage" ? stages[base.index] : undefined
    stages.push({
      stage,
      base,
      ...(platform !== undefined && { platform: expand(dockerfile, known, platform).value }),
      ...runStage(dockerfile, stage, parent, globals, options),
    })
  }
  return { dockerfile, stages, issues: issues.issues }
}

/** Puts variables into one word of a step. */
export function expandIn(expanded: ExpandedDockerfile, step: Step, word: string): LexResult {
  return expand(expanded.dockerfile, step.env, word)
}

function expand(dockerfile: Dockerfile, env: Environment, word: string): LexResult {
  return lex(word, { escape: dockerfile.escape, lookup: (name) => env.get(name) })
}

/** The ARGs that FROM lines see. One that is declared without a value is there, but undefined. */
function globalValues(
  dockerfile: Dockerfile,
  options: BuildOptions,
  issues: IssueList,
): Map<string, string | undefined> {
  const values = new Map<string, string | undefined>()
  for (const [name, value] of Object.entries(platformArgs(options))) {
    values.set(name, buildArg(options, name) ?? value)
  }
  for (const { name, value: written, line } of dockerfile.args) {
    const given = buildArg(options, name)
    if (given !== undefined || written === undefined) {
      values.set(name, given)
      continue
    }
    const env = new Map([...values].map(([key, value]) => [key, value ?? ""]))
    const { value, problem } = expand(dockerfile, env, written)
    if (problem) issues.error(line, "variable", `ARG ${name}: ${problem}`, "Correct the default.")
    values.set(name, value)
  }
  return values
}

function platformArgs(options: BuildOptions): Record<string, string> {
  const platform = options.platform ?? DEFAULT_PLATFORM
  const buildPlatform = options.buildPlatform ?? platform
  const [os = "", architecture = "", variant = ""] = platform.split("/")
  const [buildOs = "", buildArchitecture = "", buildVariant = ""] = buildPlatform.split("/")
  return {
    BUILDPLATFORM: buildPlatform,
    BUILDOS: buildOs,
    BUILDARCH: buildArchitecture,
    BUILDVARIANT: buildVariant,
    TARGETPLATFORM: platform,
    TARGETOS: os,
    TARGETARCH: architecture,
    TARGETVARIANT: variant,
  }
}

function buildArg(options: BuildOptions, name: string): string | undefined {
  return options.args && Object.hasOwn(options.args, name) ? options.args[name] : undefined
}

function expandBase(
  dockerfile: Dockerfile,
  stage: Stage,
  globals: Environment,
  issues: IssueList,
): Base {
  const { from } = stage
  if (from.stage !== undefined) return { kind: "stage", index: from.stage }
  if (from.image === undefined) return { kind: "unknown" }
  const { value, unknown, problem } = expand(dockerfile, globals, from.image)
  if (problem) {
    issues.error(from.line, "variable", `FROM ${from.image}: ${problem}`, "Correct the line.")
    return { kind: "unknown" }
  }
  if (value === "") {
    issues.error(
      from.line,
      "blank-base",
      `FROM ${from.image} is empty with the arguments of this build`,
      blankFix(unknown, globals),
    )
    return { kind: "unknown" }
  }
  if (value === "scratch") return { kind: "scratch" }
  const earlier = dockerfile.stages.slice(0, stage.index)
  const base = earlier.filter((candidate) => candidate.name === value).at(-1)
  return base ? { kind: "stage", index: base.index } : { kind: "image", reference: value }
}

function blankFix(unknown: readonly string[], globals: Environment): string {
  const [name] = unknown
  if (name === undefined) return "Give the ARG a default, or set it in the service's build args."
  const guess = closest(name, globals.keys())
  const hint = guess ? ` Did you mean ${guess}?` : ""
  return `Declare "ARG ${name}=..." above the first FROM: FROM sees no other ARG.${hint}`
}

function runStage(
  dockerfile: Dockerfile,
  stage: Stage,
  parent: ExpandedStage | undefined,
  globals: ReadonlyMap<string, string | undefined>,
  options: BuildOptions,
): Pick<ExpandedStage, "steps" | "env"> {
  const triggers = (parent?.stage.instructions ?? []).flatMap(({ trigger }) => trigger ?? [])
  const own = stage.instructions.filter((instruction) => instruction.keyword !== "ONBUILD")
  let env: Environment = parent?.env ?? new Map()
  const steps: Step[] = []
  for (const instruction of [...triggers, ...own]) {
    steps.push({ instruction, env })
    if (instruction.keyword === "ENV") env = afterEnv(dockerfile, instruction, env)
    if (instruction.keyword === "ARG")
      env = afterArg(dockerfile, instruction, env, globals, options)
  }
  return { steps, env }
}

function afterEnv(dockerfile: Dockerfile, instruction: Instruction, env: Environment): Environment {
  const next = new Map(env)
  for (const { name, value = "" } of instruction.pairs) {
    next.set(expand(dockerfile, env, name).value, expand(dockerfile, env, value).value)
  }
  return next
}

function afterArg(
  dockerfile: Dockerfile,
  instruction: Instruction,
  env: Environment,
  globals: ReadonlyMap<string, string | undefined>,
  options: BuildOptions,
): Environment {
  const next = new Map(env)
  for (const { name, value: written } of instruction.pairs) {
    const fallback =
      written === undefined ? globals.get(name) : expand(dockerfile, next, written).value
    const value = buildArg(options, name) ?? fallback
    if (value !== undefined) next.set(name, value)
  }
  return next
}
