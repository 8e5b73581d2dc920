import type { GatherRequest, GatherResult } from "../../ci/src/changes/facts.js"
import { planChanges } from "../../ci/src/changes/planner.js"
import { factsOf } from "../../ci/src/changes/read-facts.js"
import type { ChangeConfig } from "../../ci/src/changes/units.js"
import type { Changes } from "../../ci/src/config/types.js"
import type { PlanRequest } from "../../ci/src/report/plan.js"
import { planText } from "../../ci/src/report/plan.js"
import { UPLOAD_IGNORE } from "../../ci/src/stages/upload-ignore.mjs"

/** The part of the configuration that plans are made from. */
export type PlanConfig = ChangeConfig & { readonly changes: Changes }

/** What git can be asked only once the configuration is known, as `detect` asks it in the engine. */
export function lateRequest({ changes: { base } }: PlanConfig): Partial<GatherRequest> {
  return { uploadIgnore: [...UPLOAD_IGNORE], ...(base !== undefined && { defaultBranch: base }) }
}

/** The plan as text: what the function `plan` gives. */
export function showPlan(
  config: PlanConfig,
  request: PlanRequest,
  facts: () => Promise<GatherResult>,
): Promise<string> {
  return planText(config, request, async () => planChanges(factsOf(await facts()), config))
}
