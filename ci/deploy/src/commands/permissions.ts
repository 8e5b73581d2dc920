import { environmentOf } from "../config/target.js"
import type { Context } from "../context.js"
import { EXIT } from "../errors.js"
import { rolePolicy, trustPolicy } from "../permissions/policy.js"
import type { Outcome } from "./deploy.js"

/** Prints the roles of an environment as IAM wants them: who may take them, and what they may do. */
export async function permissions(
  { settings }: Context,
  { environment }: { environment: string },
): Promise<Outcome> {
  const place = environmentOf(settings, environment)
  const trust = trustPolicy(place)
  const roles = {
    [`deploy-${environment}`]: { trust, policy: rolePolicy(settings, place, "deploy") },
    [`monitoring-${environment}`]: { trust, policy: rolePolicy(settings, place, "monitoring") },
  }
  return { text: JSON.stringify(roles, null, 2), exitCode: EXIT.passed }
}
