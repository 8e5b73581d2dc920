import type { FullRecord } from "../../src/run/record.js"
import type { Row, Stage } from "../../src/run/rows.js"
import { SERVICE_STAGES, STAGES } from "../../src/run/rows.js"

/** What a run saved against running every stage of every service anew. */
export interface Saved {
  /** Seconds of all stages of this run, one after the other. */
  spent: number
  /** Seconds that the stages with a known duration would take. */
  everything: number
  /** `everything` less what this run spent on the same stages; never below 0. */
  saved: number
  /** Stages that there are. */
  stages: number
  /** How many of them never ran uncached in the records, so that nothing can be said about them. */
  unknown: number
}

/**
 * Estimates what a run saved, from the last uncached duration of every stage.
 *
 * @param earlier newest first
 */
export function timeSaved(record: FullRecord, earlier: FullRecord[]): Saved {
  const records = [record, ...earlier]
  const durations = uncachedDurations(records)
  const spent = new Map(record.rows.map((row) => [key(row), row.seconds]))
  const stages = allStages(record, records)
  const known = stages.flatMap((name) => {
    const seconds = durations.get(name)
    return seconds === undefined ? [] : [{ seconds, spent: spent.get(name) ?? 0 }]
  })
  return {
    spent: record.rows.reduce((sum, { seconds }) => sum + seconds, 0),
    everything: known.reduce((sum, { seconds }) => sum + seconds, 0),
    saved: known.reduce((sum, one) => sum + Math.max(0, one.seconds - one.spent), 0),
    stages: stages.length,
    unknown: stages.length - known.length,
  }
}

function uncachedDurations(records: FullRecord[]): Map<string, number> {
  const durations = new Map<string, number>()
  for (const row of records.flatMap(({ rows }) => rows)) {
    const isMeasured = row.cached === false && (row.status === "passed" || row.status === "failed")
    if (isMeasured && !durations.has(key(row))) durations.set(key(row), row.seconds)
  }
  return durations
}

/** Every stage of every unit that is configured now: those it was ever seen with, or the usual ones. */
function allStages({ units, rows }: FullRecord, records: FullRecord[]): string[] {
  const seen = new Map<string, Set<Stage>>()
  for (const { service, stage } of records.flatMap((one) => one.rows))
    seen.set(service, (seen.get(service) ?? new Set()).add(stage))
  const named = units.filter(({ kind }) => kind !== "library")
  const names = new Set([...named.map(({ name }) => name), ...rows.map(({ service }) => service)])
  return [...names].flatMap((service) => {
    const usual =
      named.find(({ name }) => name === service)?.kind === "integration"
        ? ["integration" as const]
        : SERVICE_STAGES
    const stages = seen.get(service) ?? new Set<Stage>(usual)
    // A push is only there where it is asked for: not to push is not to save.
    return STAGES.filter((stage) => stage !== "push" && stages.has(stage)).map((stage) =>
      key({ service, stage }),
    )
  })
}

function key({ service, stage }: Pick<Row, "service" | "stage">): string {
  return `${stage} ${service}`
}
