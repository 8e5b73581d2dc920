import type { Plan } from "../changes/plan.js"
import { planEverything, planNamed, restrictPlan } from "../changes/select.js"
import type { Config } from "../config/index.js"
import type { Checkout, DetectOptions } from "./detect.js"
import { detectChanges } from "./detect.js"

/** Which services a run is asked for. */
export interface Selection extends DetectOptions {
  /** Only what changed. */
  changed: boolean
  /** Only these; empty means all. */
  names: string[]
}

/**
 * Plans a run. Git is only asked when the change decides.
 *
 * @throws ChangeError for a service or a base that does not exist
 */
export async function selectServices(
  checkout: Checkout,
  config: Config,
  { changed, names, ...options }: Selection,
): Promise<Plan> {
  if (!changed) return names.length > 0 ? planNamed(config, names) : planEverything(config)
  const plan = await detectChanges(checkout, config, options)
  return names.length > 0 ? restrictPlan(plan, names) : plan
}
