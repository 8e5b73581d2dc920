import { targetOf } from "../config/target.js"
import type { Context } from "../context.js"
import { EXIT } from "../errors.js"
import { readRecords } from "../registry/records.js"
import type { DeploymentRecord } from "../registry/records.js"
import type { Outcome } from "./deploy.js"

/** What a history amounts to; undefined where there is nothing to tell it from. */
export interface Figures {
  deployments: number
  /** Percent of the deployments that did not pass. */
  failureRate?: number
  /** Median hours from the commit to the end of the deployment. */
  leadTimeHours?: number
  /** Median hours from a failure to the next deployment that passed. */
  recoveryHours?: number
}

const HOUR_MS = 3_600_000

/** Lists who deployed what where, when and with which verdict, the newest first. */
export async function deployments(
  { settings, registry }: Context,
  request: { service: string; environment: string; format: string; limit: number },
): Promise<Outcome> {
  const { service, environment, format, limit } = request
  const { repository } = targetOf(settings, service, environment)
  const records = await readRecords(registry, repository, environment, limit)
  const figures = figuresOf(records)
  if (format === "json")
    return { text: JSON.stringify({ figures, records }, null, 2), exitCode: EXIT.passed }
  const text = [
    ...records.map(recordLine),
    "",
    `${figures.deployments} deployments of ${service} to ${environment}`,
    `did not pass: ${shown(figures.failureRate, " %")}`,
    `lead time (median): ${shown(figures.leadTimeHours, " h")}`,
    `recovery (median): ${shown(figures.recoveryHours, " h")}`,
  ]
  return { text: text.join("\n"), exitCode: EXIT.passed }
}

/** Works the figures out from records, the newest first. */
export function figuresOf(records: readonly DeploymentRecord[]): Figures {
  const passed = records.filter(({ verdict }) => verdict === "passed")
  const leads = passed.flatMap(({ committed, ended }) =>
    committed === undefined ? [] : [Date.parse(ended) - Date.parse(committed)],
  )
  const failureRate =
    records.length === 0
      ? undefined
      : Math.round((1000 * (records.length - passed.length)) / records.length) / 10
  return withoutMissing({
    deployments: records.length,
    failureRate,
    leadTimeHours: hours(median(leads)),
    recoveryHours: hours(median(recoveries(records))),
  })
}

/** From the first failure of a row of failures to what passed next. */
function recoveries(records: readonly DeploymentRecord[]): number[] {
  const found: number[] = []
  let failedAt: number | undefined
  for (const { verdict, ended } of [...records].reverse()) {
    const time = Date.parse(ended)
    if (verdict !== "passed") failedAt ??= time
    else if (failedAt !== undefined) {
      found.push(time - failedAt)
      failedAt = undefined
    }
  }
  return found
}

function median(values: number[]): number | undefined {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

function hours(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round((10 * milliseconds) / HOUR_MS) / 10
}

function withoutMissing(figures: { [Key in keyof Figures]: Figures[Key] | undefined }): Figures {
  const known = Object.entries(figures).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known) as unknown as Figures
}

function recordLine({
  ended,
  verdict,
  tag,
  digest,
  strategy,
  by,
  reason,
}: DeploymentRecord): string {
  return `${ended} ${verdict.padEnd(15)} ${tag} ${digest.slice(0, 19)} ${strategy} by ${by}: ${reason}`
}

function shown(value: number | undefined, unit: string): string {
  return value === undefined ? "not known" : `${value}${unit}`
}
