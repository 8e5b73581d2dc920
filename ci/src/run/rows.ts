/**
 * What a run is made of, as data: the contract between the stages, which make
 * rows, and everything that shows them. No Dagger in here.
 */

import type { RowPlace } from "./places.js"
import { lastLines, oneLine } from "./tail.js"

/** Every stage there is, in the order in which they run. */
export const STAGES = [
  "preflight",
  "test",
  "scan",
  "build",
  "image-scan",
  "smoke",
  "contract",
  "load",
  "push",
  "integration",
] as const

export type Stage = (typeof STAGES)[number]

/** The stages of every service. An image scan, a contract, a load check or an integration test is there where it is declared, a push where it is asked for. */
export const SERVICE_STAGES = ["preflight", "test", "scan", "build", "smoke"] as const

/** Stages of a service that run at the same time, since neither needs the other. */
export const TOGETHER: readonly (readonly Stage[])[] = [
  ["test", "scan"],
  ["image-scan", "smoke"],
]

/**
 * How a stage ended. `failed`: the service's own fault, to be mended in the
 * service. `error`: the stage could not be carried out, so nothing is known
 * about the service. `skipped`: not run, and the reason says why.
 */
export type Status = "passed" | "failed" | "error" | "skipped"

/** How many tests a stage ran. */
export interface Counts {
  total: number
  passed: number
  failed: number
  skipped: number
}

/** What a server beside a stage printed. */
export interface ServerLog {
  /** Such as "backing service postgres". */
  of: string
  lines: string[]
}

/** One of the containers that a service's tests were split over. */
export interface ShardRow {
  /** Which of how many, such as "2/3". */
  shard: string
  status: "passed" | "failed"
  flaky: boolean
  cached: boolean
  exitCode: number
  counts: Counts | null
  /** Opens this shard's container just before the step. */
  reproduce: string
}

/** An image in a registry, and what it was made from. */
export interface PushedImage {
  service: string
  /** With registry and prefix, without a tag. */
  repository: string
  /** The full id of the commit. */
  tag: string
  digest: string
  /** Every image that it was built on or copied from, and what its tag stood for. */
  bases: { reference: string; digest: string }[]
  /** Digest of its software bill of materials in the same repository; null when it has none. */
  sbom: string | null
}

/** One stage of one service: the unit of every table, event and report. */
export interface Row {
  /** The service, or the integration test, by name. */
  service: string
  stage: Stage
  status: Status
  /** One line: what failed, or why it was skipped. Empty when it passed. */
  reason: string
  /** When it began, in ISO 8601 (UTC). Null when it was skipped. */
  started: string | null
  /** Seconds it took in this run; a reused result takes next to none. */
  seconds: number
  /** Whether the result was reused from an earlier run of the same inputs. Null: can't be known. */
  cached: boolean | null
  /** Exit code of the command that decided. Null when there was none. */
  exitCode: number | null
  counts: Counts | null
  /** What is worth knowing whatever the result, such as "dependencies cached". */
  notes: string[]
  /** Passed, but only after failures with the same inputs: in this run, or in an earlier one. */
  flaky: boolean
  /** What a row should not keep silent although it did not decide; one line each. */
  warnings: string[]
  /** Percent of the statements that the tests ran. Null: not measured. */
  coverage: number | null
  /** The containers that the tests were split over; empty when they weren't. */
  shards: ShardRow[]
  /** Lines of the repository that a failure names. */
  places: RowPlace[]
  /** The last lines of output; empty when it passed. */
  tail: string[]
  /** The last lines of the servers that ran beside it; empty when it passed. */
  logs: ServerLog[]
  /** What a push left in the registry. Null for every other stage, and when it failed. */
  image: PushedImage | null
  /** The one command that opens the container just before the step. Empty when there is none. */
  reproduce: string
}

/**
 * Version of the shape of rows and records; raised with every incompatible
 * change. A field more is none: readers ignore what they don't know.
 */
export const RECORD_VERSION = 1

/** One run, complete. */
export interface RunRecord {
  version: typeof RECORD_VERSION
  id: string
  /** ISO 8601 (UTC). */
  started: string
  seconds: number
  /** First lines of the plan: what was selected and why. */
  selection: string[]
  /** Services that were not run because nothing of them changed. */
  unchanged: string[]
  /** Services that were left out by name: whether they changed is not said. Absent in older records. */
  notSelected: string[]
  /** Base images that stood in for images whose registry could not be reached, as written. */
  standIns: string[]
  rows: Row[]
  /** The run's exit code: 0 passed, 1 a stage failed, 3 could not know. */
  exitCode: number
}

/**
 * Builds a row from what differs from a stage that was not run. Its texts are
 * cut to a size that fits into one event.
 */
export function row(service: string, stage: Stage, status: Status, rest: Partial<Row> = {}): Row {
  return {
    service,
    stage,
    status,
    started: null,
    seconds: 0,
    cached: null,
    exitCode: null,
    counts: null,
    notes: [],
    flaky: false,
    warnings: [],
    coverage: null,
    shards: [],
    image: null,
    places: [],
    reproduce: "",
    ...rest,
    reason: oneLine(rest.reason ?? ""),
    tail: lastLines(rest.tail ?? []),
    logs: (rest.logs ?? []).map(({ of, lines }) => ({ of, lines: lastLines(lines) })),
  }
}

/**
 * The exit code that a run's rows amount to: 1 as soon as a stage failed, 3 when
 * none failed but one could not be carried out.
 */
export function exitCodeOf(rows: Row[]): 0 | 1 | 3 {
  if (rows.some(({ status }) => status === "failed")) return 1
  if (rows.some(({ status }) => status === "error")) return 3
  return 0
}
