import type { PlannedRun } from "./event-parts.js"
import type { FullRecord } from "./record.js"
import type { Row, RunRecord } from "./rows.js"
import { RECORD_VERSION } from "./rows.js"
import type { TestCase } from "./test-report.js"
import type { LeftOut } from "./unchanged.js"

/**
 * One-line JSON events on standard output: they pass through the engine's
 * progress, and the launcher collects them, so that a run's results survive a
 * lost engine.
 */
export type Event =
  | {
      event: "run-started"
      id: string
      started: string
      services: string[]
      /** How many rows there will be. */
      stages: number
      jobs: number
      /** What a report says of a run that never came to its end. Absent in older events. */
      about?: Pick<FullRecord, "command" | "commit" | "selection" | keyof LeftOut>
    }
  /** Follows the first event. Absent in older runs. */
  | { event: "run-planned"; planned: PlannedRun }
  | { event: "stage-started"; service: string; stage: Row["stage"] }
  | {
      event: "row"
      row: Row
      /** The first tests of it that failed, where they are known by name. */
      failedTests?: TestCase[]
    }
  | { event: "run-finished"; record: RunRecord }

/** Leads every event, so that a reader can tell one from any other line of output. */
export const EVENT_PREFIX = `{"pipelineEvent":${RECORD_VERSION},`

/** An event as its one line. */
export function formatEvent(event: Event): string {
  return EVENT_PREFIX + JSON.stringify(event).slice(1)
}

/** Sends an event on its way. */
export function emit(event: Event): void {
  console.log(formatEvent(event))
}
