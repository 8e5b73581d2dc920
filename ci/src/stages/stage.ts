import type { Container } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import type { Row, Stage } from "../run/rows.js"
import { row } from "../run/rows.js"
import type { StepResult } from "./step.js"
import type { Workspace } from "./workspace.js"

/** What the stages of one service hand on to each other. */
export interface ServiceRun {
  workspace: Workspace
  service: Service
  /** The image that the build stage made. */
  image?: Container
}

/** One stage: what it does, and the container that `debug` opens for it. */
export interface StageDefinition {
  run(context: ServiceRun): Promise<Row>
  /** The container just before the stage's step, with the same files, environment and backing services. */
  debug(context: ServiceRun): Container | Promise<Container>
}

/** The one command that opens the container just before a step. */
export function reproduceCommand(service: string, stage: Stage): string {
  return `dagger call debug --service=${service} --step=${stage} terminal`
}

/** A row from a step's result; `failure` says what went wrong when the exit code is not 0. */
export function stepRow(
  service: Service,
  stage: Stage,
  result: StepResult,
  failure: string,
  rest: Partial<Row> = {},
): Row {
  const measured = { cached: result.cached, exitCode: result.exitCode, ...rest }
  if (result.exitCode === 0 && failure === "") return row(service.name, stage, "passed", measured)
  if (result.blocked)
    return row(service.name, stage, "failed", {
      reason: result.tail.at(-1) ?? "what it needs could not be started",
      tail: result.tail.slice(0, -1),
      reproduce: reproduceCommand(service.name, stage),
      ...measured,
    })
  return row(service.name, stage, "failed", {
    reason: failure,
    logs: result.logs,
    tail: result.tail,
    reproduce: reproduceCommand(service.name, stage),
    ...measured,
  })
}
