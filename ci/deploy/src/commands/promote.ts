import { environmentOf, targetOf } from "../config/target.js"
import type { Context } from "../context.js"
import { DeployError, EXIT } from "../errors.js"
import type { DeployRequest } from "../preflight/prepare.js"
import { standingOf } from "../registry/history.js"
import { readRecords } from "../registry/records.js"
import type { DeployOptions, Outcome } from "./deploy.js"
import { deploy } from "./deploy.js"

/** Records that are looked through for the last one that passed. */
const MOST_RECORDS = 50

/**
 * Deploys what passed last in the environment before: the same image, by its digest.
 *
 * @throws DeployError 2 for an environment that comes first, 1 when nothing passed yet
 */
export async function promote(
  context: Context,
  request: Omit<DeployRequest, "tag">,
  options: DeployOptions,
): Promise<Outcome> {
  const { after } = environmentOf(context.settings, request.environment)
  if (after === undefined)
    throw new DeployError(
      `${request.environment} comes after no other environment, so there is nothing to promote`,
      EXIT.usage,
      `set \`after\` of ${request.environment} in pipeline.yaml, or use deploy --tag`,
    )
  const { repository } = targetOf(context.settings, request.service, request.environment)
  const records = await readRecords(context.registry, repository, after, MOST_RECORDS)
  const passed = records.find(
    ({ verdict, digest }) => verdict === "passed" && standingOf(records, digest) === "passed",
  )
  if (passed === undefined)
    throw new DeployError(
      `${request.service} has not passed in ${after}`,
      EXIT.failed,
      `deploy it there first: deploy --service=${request.service} --environment=${after} --tag=...`,
    )
  context.say(
    `${request.service}: ${passed.tag} (${passed.digest}) passed in ${after} at ${passed.ended}`,
  )
  return deploy(context, { ...request, tag: passed.digest }, options)
}
