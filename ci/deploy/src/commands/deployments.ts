import { targetOf } from "../config/target.js"
import type { Context } from "../context.js"
import { eachOf } from "../each-of.js"
import { EXIT } from "../errors.js"
import { takesBack } from "../registry/history.js"
import { readRecords } from "../registry/records.js"
import type { DeploymentRecord } from "../registry/records.js"
import type { Outcome } from "./deploy.js"

/** What a history amounts to; undefined where there is nothing to tell it from. */
export interface Figures {
  /** Those of something new: going back by hand is none. */
  deployments: number
  /** Percent of the deployments that did not pass, or were taken back by hand after they had. */
  failureRate?: number
  /** Median hours from the commit to the end of the deployment. */
  leadTimeHours?: number
  /** Median hours from a failure to the next deployment that passed, or to the way back by hand. */
  recoveryHours?: number
}

const HOUR_MS = 3_600_000

/** In place of a service's name. */
const ALL = "all"

/** Registries are asked about so many services at once. */
const JOBS = 8

/**
 * Lists who deployed what where, when and with which verdict, the newest first.
 *
 * @param request.service one, or "all"
 * @param request.limit for each service
 */
export async function deployments(
  context: Context,
  request: { service: string; environment: string; format: string; limit: number },
): Promise<Outcome> {
  const { service, environment, format } = request
  const records = await recordsOf(context, request)
  const figures = figuresOf(records)
  if (format === "json")
    return {
      text: JSON.stringify({ version: 1, environment, figures, records }, null, 2),
      exitCode: EXIT.passed,
    }
  const isAll = service === ALL
  const text = [
    ...records.map((record) => `${isAll ? `${record.service} ` : ""}${recordLine(record)}`),
    "",
    `${figures.deployments} deployments of ${isAll ? "all services" : service} to ${environment}`,
    `did not pass, or taken back: ${shown(figures.failureRate, " %")}`,
    `lead time (median): ${shown(figures.leadTimeHours, " h")}`,
    `recovery (median): ${shown(figures.recoveryHours, " h")}`,
  ]
  return { text: text.join("\n"), exitCode: EXIT.passed }
}

async function recordsOf(
  { settings, registry }: Context,
  { service, environment, limit }: { service: string; environment: string; limit: number },
): Promise<DeploymentRecord[]> {
  const names = service === ALL ? settings.services.map(({ name }) => name) : [service]
  const found: DeploymentRecord[] = []
  await eachOf(names, JOBS, async (name) => {
    const { repository } = targetOf(settings, name, environment)
    found.push(...(await readRecords(registry, repository, environment, limit)))
  })
  return found.sort((one, other) => Date.parse(other.ended) - Date.parse(one.ended))
}

/** Works the figures out from records, the newest first, of any services. */
export function figuresOf(records: readonly DeploymentRecord[]): Figures {
  const services = [...new Set(records.map(({ service }) => service))].map((name) =>
    records.filter(({ service }) => service === name),
  )
  const all = records.filter(({ rollback }) => rollback !== true)
  const passed = all.filter(({ verdict }) => verdict === "passed")
  const failures = services.flatMap((own) =>
    own.filter((record) => record.rollback !== true && isFailure(own, record)),
  )
  const leads = passed.flatMap(({ committed, ended }) =>
    committed === undefined ? [] : [Date.parse(ended) - Date.parse(committed)],
  )
  const failureRate =
    all.length === 0 ? undefined : Math.round((1000 * failures.length) / all.length) / 10
  return withoutMissing({
    deployments: all.length,
    failureRate,
    leadTimeHours: hours(median(leads)),
    recoveryHours: hours(median(services.flatMap(recoveries))),
  })
}

/** Another deployment that took its place says nothing against a deployment. */
function isFailure(records: readonly DeploymentRecord[], record: DeploymentRecord): boolean {
  if (record.verdict === "superseded") return false
  if (record.verdict !== "passed") return true
  const later = records.slice(0, records.indexOf(record)).reverse()
  const next = later.find(({ digest, verdict }) => verdict === "passed" && digest !== record.digest)
  return next !== undefined && takesBack(next, record.digest)
}

/** From the first failure of a row of failures to what passed next. */
function recoveries(records: readonly DeploymentRecord[]): number[] {
  const found: number[] = []
  let failedAt: number | undefined
  for (const record of [...records].reverse()) {
    const time = Date.parse(record.ended)
    if (isFailure(records, record)) failedAt ??= time
    else if (record.verdict !== "passed") continue
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

function recordLine(record: DeploymentRecord): string {
  const { ended, verdict, tag, digest, strategy, by, reason } = record
  const how = record.rollback ? "rollback by hand" : strategy
  return `${ended} ${verdict.padEnd(15)} ${tag} ${digest.slice(0, 19)} ${how} by ${by}: ${reason}`
}

function shown(value: number | undefined, unit: string): string {
  return value === undefined ? "not known" : `${value}${unit}`
}
