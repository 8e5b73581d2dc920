import type { Plan } from "../changes/plan.js"
import type { Config, Service } from "../config/index.js"
import type { RunRecord } from "./rows.js"

/** The services that a run leaves out, by why it does. */
export type LeftOut = Pick<RunRecord, "unchanged" | "notSelected">

/** The services that a plan left out because nothing of them changed; not those nobody asked for. */
export function unchangedServices(
  { services }: Pick<Config, "services">,
  plan: Pick<Plan, "skipped">,
): Service[] {
  const names = new Set(leftOut(plan).unchanged)
  return services.filter(({ name }) => names.has(name))
}

/** Names of the services that a plan left out. */
export function leftOut({ skipped }: Pick<Plan, "skipped">): LeftOut {
  const services = skipped.filter(({ integration }) => !integration)
  const because = (wanted: (typeof services)[number]["why"]) =>
    services.filter(({ why }) => why === wanted).map(({ name }) => name)
  return { unchanged: because("unchanged"), notSelected: because("not requested") }
}

/** How many were left out, in words: a service that was left out by name is not called unchanged. */
export function leftOutCounts({ unchanged, notSelected }: LeftOut): string {
  return [
    ...(unchanged.length > 0 || notSelected.length === 0 ? [`${unchanged.length} unchanged`] : []),
    ...(notSelected.length > 0 ? [`${notSelected.length} not selected`] : []),
  ].join(", ")
}
