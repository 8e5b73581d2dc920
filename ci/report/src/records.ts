import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { compareText } from "../../src/findings/finding.js"
import type { FullRecord } from "../../src/run/record.js"
import { parseRecord, withReadableRows } from "./parse-record.js"
import { ReportError } from "./report-error.js"

/** Older runs that estimates and trends are made from. */
const MOST_EARLIER = 30
const SHOWN_IDS = 10

/** A run that is reported, and what is known of those before it. */
export interface Records {
  /** As the record's file is named. */
  id: string
  record: FullRecord
  /** The record's own bytes as text. */
  text: string
  /** Newest first. */
  earlier: FullRecord[]
  /** Records that could not be read; one line each. */
  leftOut: string[]
}

/** A record of a folder, or why it can't be read. */
export type Listed = { id: string; record: FullRecord } | { id: string; problem: string }

/**
 * Names the runs that a folder has records of.
 *
 * @returns ids, newest first
 * @throws ReportError when there is none
 */
export function runIds(folder: string): string[] {
  const ids = fileNames(folder)
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .map((name) => basename(name, ".json"))
    .sort(compareText)
    .reverse()
  if (ids.length === 0)
    throw new ReportError(`${folder}: no run is recorded here. Run one first: dagger call ci`)
  return ids
}

/**
 * Reads the record of one run, and of those before it.
 *
 * @param run id; undefined takes the newest
 * @throws ReportError for a run that isn't there or can't be read
 */
export function readRecords(folder: string, run: string | undefined): Records {
  const ids = runIds(folder)
  const id = run ?? ids[0] ?? ""
  const index = ids.indexOf(id)
  if (index < 0) throw new ReportError(unknownRun(folder, id, ids))
  const text = readFileSync(recordFile(folder, id), "utf8")
  const record = withReadableRows(parseRecord(text, recordFile(folder, id)))
  const before = ids.slice(index + 1, index + 1 + MOST_EARLIER).map((one) => read(folder, one))
  return {
    id,
    record,
    text,
    earlier: before.flatMap((one) => ("record" in one ? [one.record] : [])),
    leftOut: before.flatMap((one) => ("problem" in one ? [one.problem] : [])),
  }
}

/** Every record of a folder, newest first; the ones that can't be read say why. */
export function listRecords(folder: string): Listed[] {
  return runIds(folder).map((id) => read(folder, id))
}

function read(folder: string, id: string): Listed {
  const file = recordFile(folder, id)
  try {
    return { id, record: parseRecord(readFileSync(file, "utf8"), file) }
  } catch (error) {
    if (error instanceof ReportError) return { id, problem: error.message }
    throw error
  }
}

function recordFile(folder: string, id: string): string {
  return join(folder, `${id}.json`)
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw new ReportError(
      `${folder}: can't be read as a folder of records (${(error as NodeJS.ErrnoException).code}). Name one with --records`,
    )
  }
}

function unknownRun(folder: string, id: string, ids: string[]): string {
  const more = ids.length > SHOWN_IDS ? ` and ${ids.length - SHOWN_IDS} older ones` : ""
  return `${folder}: there is no record of a run ${JSON.stringify(id)}. Recorded are: ${ids.slice(0, SHOWN_IDS).join(", ")}${more}`
}
