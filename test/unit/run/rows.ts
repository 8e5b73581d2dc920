import type { Counts, Row } from "../../../ci/src/run/rows.js"
import { row } from "../../../ci/src/run/rows.js"

/** A service of which only the name matters. */
export function service(name: string): { name: string } {
  return { name }
}

export function passed(name: string, stage: Row["stage"]): Row {
  return row(name, stage, "passed")
}

export function failed(name: string, stage: Row["stage"], rest: Partial<Row> = {}): Row {
  return row(name, stage, "failed", { reason: "it broke", ...rest })
}

export function counts(total: number, passed: number, failed: number, skipped: number): Counts {
  return { total, passed, failed, skipped }
}
