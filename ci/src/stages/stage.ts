import type { Container } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import type { Row, Stage } from "../run/rows.js"
import { row } from "../run/rows.js"
import { flakyWarning } from "../run/test-verdict.js"
import type { TestReport } from "../run/test-report.js"
import type { Release } from "./release.js"
import type { ImageScan } from "./scan-image.js"
import type { StepResult } from "./step.js"
import type { Workspace } from "./workspace.js"

/** What the stages of one service hand on to each other. */
export interface ServiceRun {
  workspace: Workspace
  service: Service
  /** The images that the build stage made, one for each platform; the one that other stages look at first. */
  variants?: Container[]
  /** What the image scan came to for each platform, with the image's bills of materials. */
  imageScans?: ImageScan[]
  /** Where the image goes; absent: nowhere. */
  release?: Release
  /** The tests that the test stage ran, for reports: by name where their tool says, and what it wrote. */
  tests?: TestRun[]
  /** Which shard of the tests to debug, counted from 1; absent: all in one container. */
  shard?: number
  /** Which security tool to debug; absent: the first that looks at the service. */
  tool?: string
}

/** One stage: what it does, and the container that `debug` opens for it. */
export interface StageDefinition {
  run(context: ServiceRun): Promise<Row>
  /** The container just before the stage's step, with the same files, environment and backing services. */
  debug(context: ServiceRun): Container | Promise<Container>
  /** Whether its step has every right inside its container. */
  privileged?: boolean
}

/** What one container of the test stage ran. */
export interface TestRun {
  /** Undefined when no test could be counted. */
  report: TestReport | undefined
  result: StepResult
}

/**
 * The one command that opens the container just before a step.
 *
 * @param shard of the tests, counted from 1; absent: they are not split
 */
export function reproduceCommand(service: string, stage: Stage, shard?: number): string {
  const words = [`--service=${service}`, `--step=${stage}`]
  if (shard !== undefined) words.push(`--shard=${shard}`)
  return `dagger call debug ${words.join(" ")} terminal`
}

/** A row from a step's result; `failure` says what went wrong, and is empty when it passed. */
export function stepRow(
  service: Service,
  stage: Stage,
  result: StepResult,
  failure: string,
  rest: Partial<Row> = {},
): Row {
  const measured = {
    cached: result.cached,
    exitCode: result.exitCode,
    warnings: result.remarks,
    ...rest,
  }
  if (result.blocked)
    return row(service.name, stage, "failed", {
      reason: result.tail.at(-1) ?? "what it needs could not be started",
      tail: result.tail.slice(0, -1),
      reproduce: reproduceCommand(service.name, stage),
      ...measured,
    })
  if (failure === "")
    return row(service.name, stage, "passed", { ...measured, ...flakiness(result) })
  return row(service.name, stage, "failed", {
    reason: failure,
    logs: result.logs,
    tail: result.tail,
    reproduce: reproduceCommand(service.name, stage),
    ...measured,
  })
}

/** What a passed result has to say about failures of the same inputs; nothing when there were none. */
function flakiness({ failures, remarks }: StepResult): Partial<Row> {
  if (failures.length === 0) return {}
  return { flaky: true, warnings: [flakyWarning(failures.length, []), ...remarks] }
}
