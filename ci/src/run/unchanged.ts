import type { Plan } from "../changes/plan.js"
import type { Config, Service } from "../config/index.js"

/** The services that a plan left out because nothing of them changed; not those nobody asked for. */
export function unchangedServices(
  { services }: Pick<Config, "services">,
  { skipped }: Pick<Plan, "skipped">,
): Service[] {
  const names = new Set(skipped.filter(({ why }) => why === "unchanged").map(({ name }) => name))
  return services.filter(({ name }) => names.has(name))
}
