import type { Load, LoadRequest } from "../config/index.js"

/** What a load check measured. */
export interface LoadFigures {
  /** Milliseconds. */
  p50: number
  p95: number
  /** Requests per second that were answered well. */
  throughput: number
  requests: number
  failed: number
  /** What went wrong, each once. */
  errors: string[]
}

/** The 95th percentiles of earlier runs on this machine that passed, in milliseconds; the last one last. */
export type Baseline = readonly number[]

/** Runs that a baseline is made of. */
const BASELINE_RUNS = 5

/** What vegeta is told to ask, one JSON object a line. */
export function loadTargets(base: string, requests: readonly LoadRequest[]): string {
  return requests
    .map(({ method, path, headers, body }) =>
      JSON.stringify({
        method,
        url: `${base}${path}`,
        header: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
        ...(body !== undefined && { body: Buffer.from(body).toString("base64") }),
      }),
    )
    .map((line) => `${line}\n`)
    .join("")
}

/**
 * Reads vegeta's report.
 *
 * @throws SyntaxError when it is no JSON
 * @throws Error when it is another report
 */
export function readLoadReport(text: string): LoadFigures {
  const report = JSON.parse(text) as {
    latencies?: Record<string, number>
    throughput?: number
    requests?: number
    success?: number
    errors?: string[] | null
  }
  const { latencies, throughput, requests, success, errors } = report
  const [p50, p95] = [latencies?.["50th"], latencies?.["95th"]]
  if (
    p50 === undefined ||
    p95 === undefined ||
    throughput === undefined ||
    requests === undefined ||
    success === undefined
  )
    throw new Error("vegeta's report has no figures")
  return {
    p50: p50 / 1e6,
    p95: p95 / 1e6,
    throughput,
    requests,
    failed: Math.round(requests * (1 - success)),
    errors: errors ?? [],
  }
}

/** Reads what was recorded, one number a line. */
export function readBaseline(text: string): Baseline {
  return text
    .split("\n")
    .map(Number)
    .filter((value) => value > 0)
    .slice(-BASELINE_RUNS)
}

/** What is against a load check's thresholds, the gravest first; empty when it passed. */
export function loadFaults(figures: LoadFigures, load: Load, baseline: Baseline): string[] {
  const { p95, throughput, requests, failed, errors } = figures
  const usual = median(baseline)
  const faults: string[] = []
  const percent = requests === 0 ? 100 : (100 * failed) / requests
  if (percent > load.errors) {
    const first = errors[0] === undefined ? "" : `, such as: ${errors[0]}`
    faults.push(`${failed} of ${requests} requests failed${first}`)
  }
  if (load.p95 !== undefined && p95 > load.p95)
    faults.push(`p95 is ${shown(p95)} ms, more than load.p95 (${load.p95} ms)`)
  if (load.throughput !== undefined && throughput < load.throughput)
    faults.push(
      `${shown(throughput)} requests per second were answered, fewer than load.throughput (${load.throughput})`,
    )
  if (load.slowdown !== undefined && usual !== undefined && p95 > usual * (1 + load.slowdown / 100))
    faults.push(
      `p95 is ${shown(p95)} ms, more than ${load.slowdown} % (load.slowdown) above the ${shown(usual)} ms of earlier runs on this machine`,
    )
  return faults
}

/** The figures in one line, with what they were before. */
export function loadNote(figures: LoadFigures, { rate }: Load, baseline: Baseline): string {
  const { p50, p95, throughput, requests, failed } = figures
  const usual = median(baseline)
  const before =
    usual === undefined
      ? "no earlier run on this machine"
      : `p95 was ${shown(usual)} ms in ${baseline.length} earlier ${baseline.length === 1 ? "run" : "runs"} on this machine`
  return `p95 ${shown(p95)} ms, median ${shown(p50)} ms; ${shown(throughput)} of ${rate} requests per second answered, ${failed} of ${requests} failed; ${before}`
}

function median(values: Baseline): number | undefined {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)]
}

function shown(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}
