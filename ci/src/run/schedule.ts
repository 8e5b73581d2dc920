import pLimit from "p-limit"
import type { Row, Stage } from "./rows.js"
import { row, STAGES } from "./rows.js"

/** Carries out one stage of one service; throws only when the pipeline itself is at fault. */
export type RunStage<S> = (service: S, stage: Stage) => Promise<Row>

/** How the services of a run are worked on. */
export interface ScheduleOptions {
  /** Services side by side. */
  jobs: number
  /** Start nothing new once a stage failed. */
  failFast: boolean
  stages?: readonly Stage[]
  /** Called with every row as soon as it is known. */
  onRow?: (row: Row) => void
}

/**
 * Runs every stage of every service: services side by side under one limit, the
 * stages of a service in order. A stage that fails ends its own service; the
 * others go on. Every stage of every service gives exactly one row.
 *
 * @returns the rows, by service as given, then by stage
 */
export async function schedule<S extends { name: string }>(
  services: S[],
  runStage: RunStage<S>,
  { jobs, failFast, stages = STAGES, onRow = () => {} }: ScheduleOptions,
): Promise<Row[]> {
  const limit = pLimit(jobs)
  let stopped: string | undefined
  const runService = async (service: S): Promise<Row[]> => {
    const rows: Row[] = []
    const add = (result: Row) => {
      rows.push(result)
      onRow(result)
    }
    let blocker: string | undefined
    for (const stage of stages) {
      const reason = blocker ?? stopped
      if (reason !== undefined) {
        add(row(service.name, stage, "skipped", { reason }))
        continue
      }
      const result = await timed(() =>
        runStage(service, stage).catch((error) => crashed(service.name, stage, error)),
      )
      add(result)
      if (result.status === "passed" || result.status === "skipped") continue
      blocker = `${stage} ${result.status === "failed" ? "failed" : "could not run"}`
      if (failFast) stopped ??= `stopped by --fail-fast: ${service.name} ${stage}`
    }
    return rows
  }
  return (await Promise.all(services.map((service) => limit(runService, service)))).flat()
}

/** Writes into a row when its stage began and how long this run had to wait for it. */
async function timed(stage: () => Promise<Row>): Promise<Row> {
  const started = new Date()
  const result = await stage()
  if (result.status === "skipped") return result
  return {
    ...result,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
  }
}

/** A stage that threw: one row like any other, so that the rest of the run goes on. */
function crashed(service: string, stage: Stage, error: unknown): Row {
  const text = error instanceof Error ? error.message : String(error)
  const lines = text.trim().split("\n")
  return row(service, stage, "error", {
    reason: lines[0] ?? "unknown error",
    tail: lines.slice(-TAIL_LINES),
  })
}

const TAIL_LINES = 20
