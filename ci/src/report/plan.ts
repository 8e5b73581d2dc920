import { explain as explainService } from "../changes/explain.js"
import { formatJson, formatMatrix, formatTable } from "../changes/format.js"
import type { Plan } from "../changes/plan.js"
import type { Selection } from "../changes/select.js"
import { checkNames, selectPlan } from "../changes/select.js"
import type { ChangeConfig } from "../changes/units.js"
import { plannedUnits } from "../changes/units.js"
import { closest } from "../config/suggest.js"
import { UsageError } from "../run/usage-error.js"
import { readTimings } from "./timings.js"

/** What a plan is wanted for, and how it is shown. */
export interface PlanRequest extends Selection {
  /** One of FORMATS. */
  format: string
  /** Name of the one service to explain. */
  explain: string | undefined
  /** Seconds by service name, as JSON text; undefined where no earlier run is known. */
  timings: string | undefined
  /** How many jobs a matrix may have; undefined: one for each service. */
  shards: number | undefined
}

interface Shown {
  estimates: ReadonlyMap<string, number> | undefined
  shards: number | undefined
}

type Show = (plan: Plan, shown: Shown) => string

const FORMATS: Record<string, Show> = {
  table: (plan, { estimates }) => formatTable(plan, estimates === undefined ? {} : { estimates }),
  json: (plan) => formatJson(plan),
  matrix: (plan, { estimates, shards }) =>
    formatMatrix(plan, {
      ...(estimates !== undefined && { estimates }),
      ...(shards !== undefined && { shards }),
    }),
}

/**
 * Plans, and shows the plan as text: in a format, or as the explanation of one service. What is
 * wrong with the request is said before git is asked about anything.
 *
 * @param detect asks git, and plans what the change concerns
 * @throws UsageError for a format that does not exist, ChangeError for such a service
 */
export async function planText(
  config: ChangeConfig,
  { format, explain, timings, shards, ...selection }: PlanRequest,
  detect: () => Promise<Plan>,
): Promise<string> {
  const show = FORMATS[format]
  if (show === undefined) throw noSuchFormat(format)
  checkShards(shards, format)
  if (explain !== undefined) {
    const names = plannedUnits(config).map(({ name }) => name)
    checkNames(names, [explain])
  }
  const estimates = timings === undefined ? undefined : readTimings(timings)
  const plan = await selectPlan(config, selection, detect)
  return explain === undefined
    ? show(plan, { estimates, shards })
    : explainService(plan, explain, config)
}

function checkShards(shards: number | undefined, format: string): void {
  if (shards === undefined) return
  if (format !== "matrix")
    throw new UsageError("--shards is the number of jobs of a matrix: add --format=matrix")
  if (!Number.isInteger(shards) || shards < 1)
    throw new UsageError(`--shards=${shards}: must be a whole number of jobs, 1 or more`)
}

function noSuchFormat(format: string): UsageError {
  const names = Object.keys(FORMATS)
  const guess = closest(format, names)
  const hint =
    guess === undefined
      ? `The formats are: ${names.join(", ")}`
      : `Did you mean ${JSON.stringify(guess)}?`
  return new UsageError(`There is no format ${JSON.stringify(format)}. ${hint}`)
}
