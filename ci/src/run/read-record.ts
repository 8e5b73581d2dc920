import type { Event } from "./events.js"
import { EVENT_PREFIX } from "./events.js"
import type { FullRecord, RecordedTests } from "./record.js"
import type { Row } from "./rows.js"
import { RECORD_VERSION, row } from "./rows.js"
import { UsageError } from "./usage-error.js"

type Started = Extract<Event, { event: "run-started" }>

/**
 * A record as text, from a record, or from the events that the launcher keeps of every run: these
 * survive a lost engine and an interruption.
 *
 * @param text of run.json, or of .pipeline/runs/<id>.jsonl
 * @throws UsageError for events without a beginning
 */
export function recordText(text: string): string {
  return text.startsWith(EVENT_PREFIX) ? `${JSON.stringify(recordFromEvents(text))}\n` : text
}

/**
 * What is known of a run from its events alone.
 *
 * @param text one event a line; a last line that was cut off is left out
 */
export function recordFromEvents(text: string): FullRecord {
  return recordOf(text.split("\n").flatMap(readEvent))
}

/**
 * What is known of a run after some of its events.
 *
 * @throws UsageError for events without a beginning
 */
export function recordOf(events: Event[]): FullRecord {
  const begin = events.find((event): event is Started => event.event === "run-started")
  if (begin === undefined)
    throw new UsageError(
      "These events do not say which run they are of: their first line is missing",
    )
  const finished = events.findLast((event) => event.event === "run-finished")
  const known = {
    ...unknownParts(begin),
    ...begin.about,
    ...events.find((event) => event.event === "run-planned")?.planned,
    tests: failedTests(events),
    incomplete: "made from the launcher's events alone",
  }
  if (finished !== undefined) return { ...known, ...finished.record }
  const rows = events.flatMap((event) => (event.event === "row" ? [event.row] : []))
  const last = rows.at(-1)
  return {
    ...{ selection: [], unchanged: [] },
    ...known,
    version: RECORD_VERSION,
    id: begin.id,
    started: begin.started,
    seconds: last ? secondsUntilEndOf(last, begin.started) : 0,
    standIns: [],
    rows: [...rows, ...unfinished(events, rows)],
    exitCode: 3,
    incomplete: "the run ended before its end: the engine was lost, or it was interrupted",
  }
}

function unknownParts({ jobs }: Started) {
  return {
    command: "",
    commit: "",
    engine: "",
    inputs: {},
    plan: null,
    units: [],
    machine: { cores: 0, memoryMegabytes: 0, jobs },
    findings: [],
    images: [],
    notSelected: [],
  }
}

function failedTests(events: Event[]): RecordedTests[] {
  return events.flatMap((event) => {
    if (event.event !== "row" || event.failedTests === undefined) return []
    const { service, stage } = event.row
    return [{ service, stage, cases: event.failedTests }]
  })
}

/** Stages that began and of which nothing more was heard. */
function unfinished(events: Event[], rows: Row[]): Row[] {
  return events.flatMap((event) => {
    if (event.event !== "stage-started") return []
    const { service, stage } = event
    if (rows.some((one) => one.service === service && one.stage === stage)) return []
    return [row(service, stage, "error", { reason: "it had not ended" })]
  })
}

function secondsUntilEndOf({ started, seconds }: Row, begin: string): number {
  if (started === null) return 0
  return (Date.parse(started) - Date.parse(begin)) / 1000 + seconds
}

function readEvent(line: string): Event[] {
  if (!line.startsWith(EVENT_PREFIX)) return []
  try {
    return [JSON.parse(line) as Event]
  } catch {
    return []
  }
}
