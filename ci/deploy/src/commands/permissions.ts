import { environmentOf } from "../config/target.js"
import type { Context } from "../context.js"
import { EXIT } from "../errors.js"
import type { Role } from "../permissions/live-role.js"
import { POLICY_NAME, roleDifferences } from "../permissions/live-role.js"
import { networkIsolation } from "../permissions/network.js"
import { rolePolicy, trustPolicy } from "../permissions/policy.js"
import type { Outcome } from "./deploy.js"

/** What is asked for. */
export interface PermissionsRequest {
  environment: string
  /** Compare with what is in IAM. */
  verify: boolean
}

/**
 * Prints the roles of an environment as IAM wants them, who may take them and what they may do, and
 * what keeps its network apart; or compares the roles with those that are in IAM.
 */
export async function permissions(
  context: Pick<Context, "settings" | "aws">,
  { environment, verify }: PermissionsRequest,
): Promise<Outcome> {
  const { settings } = context
  const place = environmentOf(settings, environment)
  const trust = trustPolicy(place)
  const roles: Record<string, Role> = {
    [`deploy-${environment}`]: { trust, policy: rolePolicy(settings, place, "deploy") },
    [`monitoring-${environment}`]: { trust, policy: rolePolicy(settings, place, "monitoring") },
  }
  if (verify) return compare(context, roles)
  const all = { ...roles, [`network-${environment}`]: networkIsolation(settings, place) }
  return { text: JSON.stringify(all, null, 2), exitCode: EXIT.passed }
}

async function compare(
  context: Pick<Context, "aws">,
  roles: Record<string, Role>,
): Promise<Outcome> {
  const lines = await Promise.all(
    Object.entries(roles).map(async ([name, role]) => {
      const faults = await roleDifferences(context, name, role)
      if (faults.length === 0) return [`ok      role ${name}`]
      return [`FAILED  role ${name}`, ...faults.map((fault) => `        ${fault}`)]
    }),
  )
  const isGood = lines.every((each) => each.length === 1)
  const next = `next: correct it in IAM: its trust, and "${POLICY_NAME}" as its only policy, are what \`permissions\` prints`
  return {
    text: [...lines.flat(), ...(isGood ? [] : [next])].join("\n"),
    exitCode: isGood ? EXIT.passed : EXIT.failed,
  }
}
