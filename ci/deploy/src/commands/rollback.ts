import { targetOf } from "../config/target.js"
import type { Target } from "../config/target.js"
import type { Context } from "../context.js"
import { describeRevision, digestOf, listDeployments, UNFINISHED } from "../ecs/service.js"
import { DeployError, EXIT } from "../errors.js"
import { prepare } from "../preflight/prepare.js"
import { standingOf } from "../registry/history.js"
import { readRecords } from "../registry/records.js"
import type { DeployOptions, Outcome } from "./deploy.js"
import { deployPrepared } from "./deploy.js"
import { watch } from "./watch.js"

/** What to go back to. */
export interface RollbackRequest {
  service: string
  environment: string
  /** Tag or digest of an image that passed here before; what ran before the current one if absent. */
  tag?: string
}

/** Revisions, and records, that are looked through for an earlier image. */
const MOST = 50

/**
 * Goes back by hand. A deployment in progress is stopped, which is quickest; otherwise an earlier
 * image is deployed, all at once and without the watch.
 *
 * @throws DeployError 1 when there is nothing to go back to, or the tag never passed here
 */
export async function rollback(
  context: Context,
  request: RollbackRequest,
  { dryRun }: DeployOptions,
): Promise<Outcome> {
  const target = targetOf(context.settings, request.service, request.environment)
  const [running] = await listDeployments(context.aws, target, UNFINISHED)
  const arn = running?.serviceDeploymentArn
  if (arn !== undefined && request.tag === undefined) {
    if (dryRun) return { text: `Would stop and roll back ${arn}`, exitCode: EXIT.passed }
    context.say(`stopping ${arn}`)
    const stop = { serviceDeploymentArn: arn, stopType: "ROLLBACK" as const }
    await context.aws.call("ecs:StopServiceDeployment", stop)
    const { service, environment } = request
    const outcome = await watch(context, { service, environment, deployment: arn })
    const wanted = outcome.exitCode === EXIT.rolledBack || outcome.exitCode === EXIT.deadline
    return { text: outcome.text, exitCode: wanted ? EXIT.passed : outcome.exitCode }
  }
  const tag = request.tag ?? (await earlierDigest(context, target, request))
  const prepared = await prepare(context, {
    ...{ service: request.service, environment: request.environment, tag },
    ...{ strategy: "rolling", isRollback: true },
  })
  if (request.tag !== undefined) await mustHavePassed(context, target, prepared.digest)
  const plan = { ...prepared.plan, watch: 0 }
  return deployPrepared(context, { ...prepared, plan }, { dryRun })
}

/**
 * The image of the last good deployment with another image than the current one. ECS also counts as
 * successful what we took back afterwards: the records know.
 */
async function earlierDigest(
  { aws, registry }: Context,
  target: Target,
  { service, environment }: RollbackRequest,
): Promise<string> {
  const [successful, records] = await Promise.all([
    listDeployments(aws, target, ["SUCCESSFUL"]),
    readRecords(registry, target.repository, environment, MOST),
  ])
  const good = successful.slice(0, MOST)
  let current: string | undefined
  for (const { targetServiceRevisionArn } of good) {
    const revision = await describeRevision(aws, targetServiceRevisionArn ?? "")
    const container = target.container ?? revision?.containerImages?.[0]?.containerName ?? service
    const digest = digestOf(revision, container)
    current ??= digest
    if (digest === undefined || digest === current) continue
    if (standingOf(records, digest) !== "failed") return digest
  }
  throw new DeployError(
    `nothing but the current image passed in ${environment} and was not taken back`,
    EXIT.failed,
    `deploy another: deploy --service=${service} --environment=${environment} --tag=...`,
  )
}

async function mustHavePassed(
  { registry }: Context,
  { repository, environment }: Target,
  digest: string,
): Promise<void> {
  const records = await readRecords(registry, repository, environment.name, MOST)
  if (records.some((record) => record.digest === digest && record.verdict === "passed")) return
  throw new DeployError(
    `${digest} never passed in ${environment.name}, so it is nothing to go back to`,
    EXIT.failed,
    "see what did with `deployments`",
  )
}
