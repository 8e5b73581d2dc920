/**
 * What `./pipeline` says while it rebuilds an engine: `[  74s] TITLE: done in 61 s` (engine/lib/progress.mjs), then the call.
 */
const DONE = /^\[ *\d+s\] (?<title>.+): done in (?<seconds>\d+) s$/
const CALLED = /^pipeline: running: /

/** @typedef {{name: string, seconds: number}} Part */
/** @typedef {{at: number, text: string}} Line at: seconds since the command began */

/**
 * How long each part of the one command took.
 *
 * @param {readonly Line[]} lines of its standard error
 * @param {string} events of its run, one a line
 * @param {number} seconds that all of it took
 * @returns {Part[]}
 * @throws {Error} when it says nothing of an engine that was made, or of a run: then this was no drill
 */
export function partsOf(lines, events, seconds) {
  const built = lines.flatMap(({ text }) => {
    const groups = DONE.exec(text)?.groups
    return groups ? [{ name: `  ${groups.title}`, seconds: Number(groups.seconds) }] : []
  })
  if (!built.some(({ name }) => name.trim() === "starting the engine"))
    throw new Error("the command started no engine: one was there, or its words have changed")
  const called = lines.find(({ text }) => CALLED.test(text))
  const record = finishedRecord(events)
  if (called === undefined || record === undefined)
    throw new Error("the command left no record of its run, or its words have changed")
  const run = seconds - called.at
  return [
    ...built,
    { name: "until the engine was there", seconds: called.at },
    { name: "  loading the module, planning, and all else", seconds: run - record.seconds },
    { name: `  ${record.rows.length} stages, all of them run`, seconds: record.seconds },
    { name: "the run", seconds: run },
    { name: "the one command", seconds },
  ]
}

/**
 * What must be true of a run after everything was lost.
 *
 * @param {string} events of the run, one a line
 * @returns {string[]} what is not; empty when all is well
 */
export function complaints(events) {
  const record = finishedRecord(events)
  if (record === undefined) return ["the run left no record"]
  const bad = record.rows.filter(({ status }) => status !== "passed")
  const cached = record.rows.filter((row) => row.cached === true)
  return [
    ...(record.rows.length === 0 ? ["no stage ran"] : []),
    ...bad.map(({ service, stage, status, reason }) => `${service} ${stage} ${status}: ${reason}`),
    ...cached.map(({ service, stage }) => `${service} ${stage} is cached: something was not lost`),
    ...(record.exitCode === 0 ? [] : [`the run ended with ${record.exitCode}`]),
  ]
}

/**
 * @param {string} events
 * @returns {{seconds: number, exitCode: number, rows: {service: string, stage: string, status: string, reason: string, cached: boolean | null}[]} | undefined}
 */
function finishedRecord(events) {
  for (const line of events.split("\n").filter(Boolean).reverse()) {
    const event = JSON.parse(line)
    if (event.event === "run-finished") return event.record
  }
  return undefined
}
