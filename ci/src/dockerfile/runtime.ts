import type { BuildOptions, ExpandedDockerfile, ExpandedStage, Step } from "./expand.js"
import { expandArgs, expandIn } from "./expand.js"
import type { Dockerfile, Instruction } from "./model.js"
import { flagValue } from "./model.js"
import { targetStage } from "./stage-graph.js"

/** How a container of the built image starts. What is missing here comes from the base image. */
export interface Runtime {
  user?: User
  ports: ExposedPort[]
  entrypoint?: CommandLine
  command?: CommandLine
  healthcheck?: Healthcheck
  /** The image that the target finally stands on; undefined for scratch or when not known. */
  base?: string
}

export interface User {
  /** As written, with variables put in: a name or number, and maybe `:group`. */
  value: string
  /** The numeric id, if the user is given by number. */
  uid?: number
  /** Undefined when a variable that only the base image may set decides. */
  root?: boolean
  line: number
}

export interface ExposedPort {
  port: number
  protocol: string
  line: number
}

export interface CommandLine {
  /** In the shell form the arguments are one text, which Docker hands to the shell. */
  form: "exec" | "shell"
  args: string[]
  line: number
}

export interface Healthcheck {
  /** Undefined for HEALTHCHECK NONE. */
  command?: CommandLine
  interval?: string
  timeout?: string
  startPeriod?: string
  retries?: string
  line: number
}

/** How the target's image runs: user, ports, entrypoint, command and health check. */
export function runtime(dockerfile: Dockerfile, options: BuildOptions = {}): Runtime {
  const expanded = expandArgs(dockerfile, options)
  const result: Runtime = { ports: [] }
  const chain = chainOf(expanded, targetStage(expanded, options.target))
  const bottom = chain[0]?.base
  if (bottom?.kind === "image") result.base = bottom.reference
  for (const { steps } of chain) applyStage(expanded, steps, result)
  return result
}

/** The stage and those it is built on, the lowest first. */
function chainOf(expanded: ExpandedDockerfile, top: ExpandedStage | undefined): ExpandedStage[] {
  const chain: ExpandedStage[] = []
  for (let stage = top; stage; ) {
    chain.unshift(stage)
    stage = stage.base.kind === "stage" ? expanded.stages[stage.base.index] : undefined
  }
  return chain
}

function applyStage(expanded: ExpandedDockerfile, steps: readonly Step[], result: Runtime): void {
  let hasOwnCommand = false
  for (const step of steps) {
    const { instruction } = step
    switch (instruction.keyword) {
      case "USER":
        result.user = readUser(expanded, step)
        break
      case "EXPOSE":
        result.ports.push(...readPorts(expanded, step))
        break
      case "CMD":
        result.command = commandLine(instruction, instruction.args)
        hasOwnCommand = true
        break
      case "ENTRYPOINT":
        result.entrypoint = commandLine(instruction, instruction.args)
        // An inherited command was meant for another entrypoint, so Docker drops it.
        if (!hasOwnCommand) delete result.command
        break
      case "HEALTHCHECK":
        result.healthcheck = readHealthcheck(instruction)
        break
    }
  }
}

function readUser(expanded: ExpandedDockerfile, step: Step): User {
  const { value, unknown } = expandIn(expanded, step, step.instruction.args[0] ?? "")
  const [user = ""] = value.split(":")
  const line = step.instruction.line
  if (unknown.length > 0) return { value, line }
  if (!/^\d+$/.test(user)) return { value, root: user === "root" || user === "", line }
  return { value, uid: Number(user), root: Number(user) === 0, line }
}

function readPorts(expanded: ExpandedDockerfile, step: Step): ExposedPort[] {
  const { line, args } = step.instruction
  return args
    .flatMap((word) => expandIn(expanded, step, word).words)
    .flatMap((word) => portRange(word).map((port) => ({ ...port, line })))
}

/** Reads `8080`, `8080/udp` or `8000-8010`; nothing for what is no port. */
function portRange(word: string): Pick<ExposedPort, "port" | "protocol">[] {
  const [, from, to = from, protocol = "tcp"] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(word) ?? []
  const first = Number(from)
  const count = Math.min(Number(to), 65535) - first + 1
  if (!(count > 0)) return []
  return Array.from({ length: count }, (_, index) => ({
    port: first + index,
    protocol: protocol.toLowerCase(),
  }))
}

function readHealthcheck(instruction: Instruction): Healthcheck {
  const [kind = "", ...args] = instruction.args
  if (kind.toUpperCase() === "NONE") return { line: instruction.line }
  const interval = flagValue(instruction, "interval")
  const timeout = flagValue(instruction, "timeout")
  const startPeriod = flagValue(instruction, "start-period")
  const retries = flagValue(instruction, "retries")
  return {
    command: commandLine(instruction, args),
    ...(interval !== undefined && { interval }),
    ...(timeout !== undefined && { timeout }),
    ...(startPeriod !== undefined && { startPeriod }),
    ...(retries !== undefined && { retries }),
    line: instruction.line,
  }
}

function commandLine(instruction: Instruction, args: string[]): CommandLine {
  return { form: instruction.form, args, line: instruction.line }
}
