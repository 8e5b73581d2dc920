import type { FullRecord } from "../../src/run/record.js"
import { RECORD_VERSION, row } from "../../src/run/rows.js"
import { outputLines } from "../../src/run/tail.js"
import { ReportError } from "./report-error.js"

/** Fields without which nothing can be said about a run, and how a right one is recognised. */
const NEEDED: Record<string, (value: unknown) => boolean> = {
  id: (value) => typeof value === "string" && value !== "",
  started: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  seconds: (value) => typeof value === "number",
  rows: Array.isArray,
  exitCode: (value) => typeof value === "number",
}

/**
 * Reads a run's record. What older records of the same version don't have yet is empty.
 *
 * @param file for messages
 * @throws ReportError for text that is cut off, no record, or of another version
 */
export function parseRecord(text: string, file: string): FullRecord {
  const value = parseObject(text, file)
  if (value.version !== RECORD_VERSION) throw new ReportError(otherVersion(file, value.version))
  const wrong = Object.keys(NEEDED).find((name) => NEEDED[name]?.(value[name]) !== true)
  if (wrong !== undefined)
    throw new ReportError(
      `${file}: this is no record of a run: "${wrong}" is missing or wrong. Run again: dagger call ci`,
    )
  return { ...EMPTY, ...(value as unknown as FullRecord) }
}

/**
 * A record whose rows can be shown: complete, their texts cut to the size that they have in an
 * event, and without terminal sequences.
 */
export function withReadableRows(record: FullRecord): FullRecord {
  return {
    ...record,
    rows: record.rows.map((one) =>
      row(one.service, one.stage, one.status, {
        ...one,
        tail: shownLines(one.tail),
        logs: one.logs?.map(({ of, lines }) => ({ of, lines: shownLines(lines) })),
      }),
    ),
  }
}

/** A record may have been edited, or made by something that passes output on as it is. */
function shownLines(lines: string[] | undefined): string[] {
  return outputLines((lines ?? []).join("\n"))
}

const EMPTY = {
  command: "",
  commit: "",
  engine: "",
  inputs: {},
  plan: null,
  units: [],
  machine: { cores: 0, memoryMegabytes: 0, jobs: 0 },
  tests: [],
  findings: [],
  images: [],
  incomplete: "",
  selection: [],
  unchanged: [],
  notSelected: [],
  standIns: [],
}

function parseObject(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch (error) {
    throw new ReportError(
      `${file}:${lineOf(text, String(error))}: the record is cut off or is not JSON. Delete this file, or name another run with --run (--list shows them)`,
    )
  }
  throw new ReportError(
    `${file}:1: this is no record of a run. Delete this file, or name a run with --run`,
  )
}

/** The line that a parser's message points at; where it names none, the text ended too early. */
function lineOf(text: string, message: string): number {
  const position = /at position (\d+)/.exec(message)?.[1]
  return text.slice(0, position === undefined ? undefined : Number(position)).split("\n").length
}

function otherVersion(file: string, version: unknown): string {
  const reads = `this report reads version ${RECORD_VERSION}`
  if (typeof version !== "number")
    return `${file}: this record says no version; ${reads}. Run again: dagger call ci`
  const way =
    version > RECORD_VERSION
      ? "Report it with the pipeline that made it, or update this one: ./pipeline update"
      : "Report it with the pipeline that made it, or run again: dagger call ci"
  return `${file}: this record has version ${version}; ${reads}. ${way}`
}
