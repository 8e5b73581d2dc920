import type { Plan } from "../changes/plan.js"
import type { Selection } from "../changes/select.js"
import { selectPlan } from "../changes/select.js"
import type { Config } from "../config/index.js"
import type { Checkout, DetectOptions } from "./detect.js"
import { detectChanges } from "./detect.js"

/**
 * Plans a run.
 *
 * @throws ChangeError for a service or a base that does not exist
 */
export function selectServices(
  checkout: Checkout,
  config: Config,
  { changed, names, ...options }: Selection & DetectOptions,
): Promise<Plan> {
  return selectPlan(config, { changed, names }, () => detectChanges(checkout, config, options))
}
