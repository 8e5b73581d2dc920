import { readFileSync } from "node:fs"
import { ReportError } from "./report-error.js"
import { readable } from "./text.js"

const MOST_CHARACTERS = 1000

/** One deployment, as far as it is shown. */
export interface Deployment {
  service: string
  digest: string
  tag: string
  strategy: string
  /** ISO times. */
  started: string
  ended: string
  verdict: string
  reason: string
  by: string
  rollback: boolean
}

/** A history of deployments to one environment, as `dagger call deployments --format=json` prints it. */
export interface Deployments {
  environment: string
  figures: {
    deployments: number
    /** Percent. */
    failureRate?: number
    leadTimeHours?: number
    recoveryHours?: number
  }
  /** The newest first. */
  records: Deployment[]
}

const VERSION = 1
const TEXTS = ["service", "digest", "tag", "strategy", "verdict", "reason", "by"] as const
const TIMES = ["started", "ended"] as const

/** @throws ReportError for a file that is no such history */
export function readDeployments(file: string): Deployments {
  const value = parse(file)
  const { version, environment, figures, records } = fields(value)
  if (version !== VERSION || typeof environment !== "string" || !Array.isArray(records))
    throw new ReportError(
      `${file} is no history of deployments; give what \`dagger call deployments --service=all --environment=NAME --format=json\` prints`,
    )
  const { deployments, failureRate, leadTimeHours, recoveryHours } = fields(figures)
  return {
    environment,
    figures: {
      deployments: Number(deployments),
      ...numbers({ failureRate, leadTimeHours, recoveryHours }),
    },
    records: records.map((record, index) => deploymentOf(record, `${file}: records[${index}]`)),
  }
}

function deploymentOf(value: unknown, place: string): Deployment {
  const record = fields(value)
  for (const name of [...TEXTS, ...TIMES])
    if (typeof record[name] !== "string") throw new ReportError(`${place}.${name} is no text`)
  const known = record as Record<(typeof TEXTS)[number] | (typeof TIMES)[number], string>
  for (const name of TIMES)
    if (Number.isNaN(Date.parse(known[name])))
      throw new ReportError(`${place}.${name} is no time: ${JSON.stringify(known[name])}`)
  const { service, digest, tag, strategy, verdict, reason, by, started, ended } = known
  return {
    ...{ service, digest, tag, strategy, verdict, by, started, ended },
    reason: readable(reason, MOST_CHARACTERS),
    rollback: record.rollback === true,
  }
}

function numbers<Name extends string>(
  values: Record<Name, unknown>,
): Partial<Record<Name, number>> {
  const known = Object.entries(values).filter(([, value]) => typeof value === "number")
  return Object.fromEntries(known) as Partial<Record<Name, number>>
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch (error) {
    throw new ReportError(`${file} can't be read as JSON: ${(error as Error).message}`)
  }
}
