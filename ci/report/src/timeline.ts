import type { Row } from "../../src/run/rows.js"
import { STAGES } from "../../src/run/rows.js"

/** Seconds by which times that were rounded may seem to overlap. */
const TOLERANCE = 0.1

/** When a row began and ended. */
interface Span {
  index: number
  /** Seconds since the run began. */
  from: number
  to: number
}

/**
 * Seconds from the run's start at which a row began; null when it never did.
 *
 * @param started the run's own start, in ISO 8601
 */
export function startOf(row: Row, started: string): number | null {
  if (row.started === null) return null
  const seconds = (Date.parse(row.started) - Date.parse(started)) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null
}

/**
 * The rows that decided how long the run took: from the one that ended last, back to what each had
 * waited for. That is the stage before it in its own service, or else whatever ended last before it
 * began, since that freed its place among the jobs.
 *
 * @returns indices of rows, first to last
 */
export function criticalPath(rows: Row[], started: string): number[] {
  const spans = rows.flatMap((row, index): Span[] => {
    const from = startOf(row, started)
    return from === null ? [] : [{ index, from, to: from + row.seconds }]
  })
  const path: number[] = []
  let current = latest(spans)
  while (current !== undefined) {
    path.unshift(current.index)
    current = before(current, spans, rows)
  }
  return path
}

function before(span: Span, spans: Span[], rows: Row[]): Span | undefined {
  const earlier = spans.filter(({ from, to }) => from < span.from && to <= span.from + TOLERANCE)
  const last = latest(earlier)
  const row = rows[span.index]
  const own = latest(
    earlier.filter(({ index }) => {
      const other = rows[index]
      return other?.service === row?.service && stageNumber(other) < stageNumber(row)
    }),
  )
  return own !== undefined && last !== undefined && own.to >= last.to - TOLERANCE ? own : last
}

function stageNumber(row: Row | undefined): number {
  return row === undefined ? -1 : STAGES.indexOf(row.stage)
}

function latest(spans: Span[]): Span | undefined {
  return spans.reduce<Span | undefined>(
    (best, one) => (best === undefined || one.to > best.to ? one : best),
    undefined,
  )
}
