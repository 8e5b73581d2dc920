import type { Config } from "../config/index.js"
import type { FullRecord } from "../run/record.js"
import { keepRecord } from "./records.js"

/** A run that is over by then leaves its record anyway. */
const FIRST_MS = 10_000
const NEXT_MS = 60_000
const UNFINISHED =
  "the run had not ended when this was written: it still runs, or it was interrupted"

/**
 * Keeps what is known of a run while it runs: one that is cancelled, or whose engine is killed, leaves a
 * record too, also without the launcher's events.
 *
 * @param known what is known now
 * @returns ends it; what it was writing is written then, so that it can't replace the run's last record
 */
export function keepWhileRunning(config: Config, known: () => FullRecord): () => Promise<void> {
  let writing: Promise<unknown> = Promise.resolve()
  const write = () => {
    const record = { ...known(), incomplete: UNFINISHED }
    // That it can't be kept is said at the run's end.
    writing = writing.then(() => keepRecord(config, { record, sarif: undefined }))
  }
  let timer = setTimeout(() => {
    write()
    timer = setInterval(write, NEXT_MS).unref()
  }, FIRST_MS).unref()
  return async () => {
    clearTimeout(timer)
    await writing
  }
}
