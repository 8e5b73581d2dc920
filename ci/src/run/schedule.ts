import pLimit from "p-limit"
import type { Row, Stage } from "./rows.js"
import { row, SERVICE_STAGES, TOGETHER } from "./rows.js"

/** What a run works on: a service, or what comes after some of them. */
export interface Unit {
  name: string
  /** What others name it by in `after`. Absent: its name. */
  id?: string
  /** Absent: those of every service. */
  stages?: readonly Stage[]
  /** Units that must have passed first, by id, without circles; those that are not part of the run don't count. */
  after?: readonly string[]
}

/** Carries out one stage of one unit; throws only when the pipeline itself is at fault. */
export type RunStage<U> = (unit: U, stage: Stage) => Promise<Row>

/** How the units of a run are worked on. */
export interface ScheduleOptions {
  /** Units side by side. */
  jobs: number
  /** Start nothing new once a stage failed. */
  failFast: boolean
  /** Called with every row as soon as it is known. */
  onRow?: (row: Row) => void
}

/**
 * Runs every stage of every unit: units side by side under one limit, the
 * stages of a unit in order. A stage that fails ends its own unit and those that
 * come after it; the others go on. Every stage of every unit gives exactly one row.
 *
 * @returns the rows, by unit as given, then by stage
 */
export async function schedule<U extends Unit>(
  units: U[],
  runStage: RunStage<U>,
  { jobs, failFast, onRow = () => {} }: ScheduleOptions,
): Promise<Row[]> {
  const limit = pLimit(jobs)
  const finished = new Map<string, Promise<Row[]>>()
  let stopped: string | undefined
  const runUnit = async (unit: U, blockedBy: string | undefined): Promise<Row[]> => {
    const rows: Row[] = []
    let blocker = blockedBy
    for (const stages of sideBySide(unit.stages ?? SERVICE_STAGES)) {
      const reason = blocker ?? stopped
      const results = await Promise.all(
        stages.map(async (stage) => {
          const result =
            reason === undefined
              ? await timed(() =>
                  runStage(unit, stage).catch((error) => crashed(unit.name, stage, error)),
                )
              : row(unit.name, stage, "skipped", { reason })
          onRow(result)
          if (failFast && isBad(result)) stopped ??= `stopped by --fail-fast: ${unit.name} ${stage}`
          return result
        }),
      )
      rows.push(...results)
      const bad = results.find(isBad)
      if (bad) blocker = describeBad(bad)
    }
    return rows
  }
  // Units wait outside the limit: one that waits must not take the place of the one it waits for.
  const start = async (unit: U): Promise<Row[]> => {
    // By the next turn, all of them are in the map.
    await Promise.resolve()
    const before = await Promise.all((unit.after ?? []).flatMap((id) => finished.get(id) ?? []))
    const bad = before.flat().find(isBad)
    return limit(runUnit, unit, bad && `${bad.service} ${describeBad(bad)}`)
  }
  for (const unit of units) finished.set(unit.id ?? unit.name, start(unit))
  return (await Promise.all(finished.values())).flat()
}

/** Stages in their order, those that run together as one. */
function sideBySide(stages: readonly Stage[]): Stage[][] {
  return stages.flatMap((stage) => {
    const group = TOGETHER.find((each) => each.includes(stage)) ?? [stage]
    const together = stages.filter((each) => group.includes(each))
    return stage === together[0] ? [together] : []
  })
}

function isBad({ status }: Row): boolean {
  return status === "failed" || status === "error"
}

function describeBad({ stage, status }: Row): string {
  return `${stage} ${status === "failed" ? "failed" : "could not run"}`
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
