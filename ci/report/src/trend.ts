import type { FullRecord } from "../../src/run/record.js"
import { verdict } from "./text.js"

/** A run as one point of a trend. */
export interface TrendRun {
  id: string
  started: string
  command: string
  result: ReturnType<typeof verdict>
  seconds: number
  /** Stages that were run or reused, and how many of them were reused. */
  stages: number
  cached: number
  failed: number
  tests: number
  /** Findings against the policy. */
  findings: number
}

/** The sums of a run. */
export function trendRun(record: FullRecord): TrendRun {
  const { id, started, command, exitCode, seconds, rows, findings } = record
  const ran = rows.filter(({ status }) => status !== "skipped")
  return {
    id,
    started,
    command,
    result: verdict(exitCode),
    seconds,
    stages: ran.length,
    cached: ran.filter(({ cached }) => cached === true).length,
    failed: ran.filter(({ status }) => status !== "passed").length,
    tests: rows.reduce((sum, { counts }) => sum + (counts?.total ?? 0), 0),
    findings: findings.filter(({ fails }) => fails).length,
  }
}
