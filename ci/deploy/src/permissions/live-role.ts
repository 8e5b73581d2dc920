import type { Context } from "../context.js"
import { differences } from "../ecs/task-definition.js"
import type { Policy } from "./policy.js"

/** A role as it is to be. */
export interface Role {
  trust: object
  policy: Policy
}

/** Name of the one policy inside a role. */
export const POLICY_NAME = "pipeline"

/** What of a role in IAM is another than it is to be; a line for each. */
export async function roleDifferences(
  { aws }: Pick<Context, "aws">,
  RoleName: string,
  { trust, policy }: Role,
): Promise<string[]> {
  const found = await aws.find("iam:GetRole", { RoleName })
  if (found === undefined) return ["there is no such role"]
  const [inline, attached, own] = await Promise.all([
    aws.call("iam:ListRolePolicies", { RoleName }),
    aws.call("iam:ListAttachedRolePolicies", { RoleName }),
    aws.find("iam:GetRolePolicy", { RoleName, PolicyName: POLICY_NAME }),
  ])
  const others = [
    ...(inline.PolicyNames ?? []).filter((name) => name !== POLICY_NAME),
    ...(attached.AttachedPolicies ?? []).map(({ PolicyArn = "" }) => PolicyArn),
  ]
  return [
    ...changesOf("trust", documentOf(found.Role?.AssumeRolePolicyDocument), trust),
    ...(own === undefined
      ? [`it has no policy "${POLICY_NAME}"`]
      : changesOf("policy", documentOf(own.PolicyDocument), policy)),
    ...others.map((name) => `it has the policy ${name} too, which allows more than is needed`),
  ]
}

function changesOf(what: string, before: unknown, after: unknown): string[] {
  return differences(plain(before), plain(after), what).map(
    ({ path, before: one, after: other }) => `${path}: ${one} -> ${other}`,
  )
}

/** IAM gives documents out as they stand in an address. */
function documentOf(text = "{}"): unknown {
  return JSON.parse(decodeURIComponent(text)) as unknown
}

/** One value in a list is to IAM the same as the value alone, and no list has an order. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    const all = value.map(plain)
    if (all.length === 1) return all[0]
    return all.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
  }
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, plain(inner)] as const)
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}
