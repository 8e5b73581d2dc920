import { explain as explainService } from "../changes/explain.js"
import { formatJson, formatMatrix, formatTable } from "../changes/format.js"
import type { Plan } from "../changes/plan.js"
import type { Config } from "../config/index.js"
import { closest } from "../config/index.js"
import { UsageError } from "../run/usage-error.js"

const FORMATS: Record<string, (plan: Plan) => string> = {
  table: formatTable,
  json: formatJson,
  matrix: formatMatrix,
}

/**
 * A plan as text: in a format, or as the explanation of one service.
 *
 * @throws UsageError for a format that does not exist, ChangeError for such a service
 */
export function showPlan(
  plan: Plan,
  config: Config,
  { format, explain }: { format: string; explain?: string },
): string {
  if (explain !== undefined) return explainService(plan, explain, config)
  const show = FORMATS[format]
  if (show) return show(plan)
  const names = Object.keys(FORMATS)
  const guess = closest(format, names)
  throw new UsageError(
    `There is no format ${JSON.stringify(format)}. ${guess ? `Did you mean ${JSON.stringify(guess)}?` : `The formats are: ${names.join(", ")}`}`,
  )
}
