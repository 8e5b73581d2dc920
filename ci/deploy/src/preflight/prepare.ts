import type { Service as EcsService, ServiceRevision } from "@aws-sdk/client-ecs"
import type { Strategy } from "../../../src/config/types.js"
import { targetOf } from "../config/target.js"
import type { Target } from "../config/target.js"
import type { Context } from "../context.js"
import { describeService, digestOf, lastGoodRevision } from "../ecs/service.js"
import { planStrategy } from "../ecs/strategy.js"
import type { StrategyPlan } from "../ecs/strategy.js"
import type { TaggedDefinition } from "../ecs/task-definition.js"
import { containerOf, describeTaskDefinition } from "../ecs/task-definition.js"
import { DeployError, EXIT } from "../errors.js"
import type { Check } from "./checks.js"
import {
  checkAccount,
  checkAlarms,
  checkBase,
  checkIdle,
  checkNetworks,
  checkOrder,
  checkTaskDefinition,
  checkTraffic,
  ok,
  warning,
} from "./checks.js"

/** What is asked for. */
export interface DeployRequest {
  service: string
  environment: string
  /** Tag or digest of the image. */
  tag: string
  strategy?: Strategy
  /** Going back to what was there before, which need not come from the environment before. */
  isRollback?: boolean
}

/** Everything that is known before anything is done. */
export interface Prepared {
  target: Target
  service: EcsService
  current: TaggedDefinition
  container: string
  digest: string
  tag: string
  committed?: string
  isRollback: boolean
  /** Absent before the first deployment that passed. */
  previous?: ServiceRevision
  /** Whether it runs already, so that there is nothing to do. */
  isRunning: boolean
  plan: StrategyPlan
  checks: Check[]
}

/**
 * Finds everything out that a deployment needs, and whether it may begin. Changes nothing.
 *
 * @throws DeployError for what makes it pointless to look further, such as a service that does not exist
 */
export async function prepare(context: Context, request: DeployRequest): Promise<Prepared> {
  const { aws, settings } = context
  const found = targetOf(settings, request.service, request.environment)
  const target = { ...found, ...(request.strategy && { strategy: request.strategy }) }
  const [image, service, previous] = await Promise.all([
    findImage(context, target, request.tag),
    describeService(aws, target),
    lastGoodRevision(aws, target),
  ])
  const arn = previous?.taskDefinition ?? service.taskDefinition
  const current = await describeTaskDefinition(aws, arn ?? target.ecsService)
  const container = containerOf(current, target)
  const loadBalancers = service.loadBalancers ?? []
  const hasTestListener = loadBalancers.some(
    ({ advancedConfiguration }) => advancedConfiguration?.testListenerRule !== undefined,
  )
  const plan = planStrategy(target, hasTestListener)
  const checks = await Promise.all([
    checkAccount(context, target),
    checkBase(image.labels),
    request.isRollback ? ok("order", "going back") : checkOrder(context, target, image.digest),
    checkIdle(context, target),
    checkAlarms(context, target),
    checkNetworks(context, target),
    checkTraffic(context, target, service, previous),
    checkTaskDefinition(context, current, loadBalancers),
    previous === undefined
      ? warning(
          "way back",
          "no deployment ever passed, so there is nothing to return to",
          "watch this one closely",
        )
      : ok("way back", `to ${previous.taskDefinition}`),
  ])
  return {
    ...{ target, service, current, container, plan, checks: checks.flat() },
    digest: image.digest,
    tag: image.labels["org.opencontainers.image.revision"] ?? request.tag,
    ...(image.labels[CREATED] !== undefined && { committed: image.labels[CREATED] }),
    ...(previous && { previous }),
    isRunning: digestOf(previous, container) === image.digest,
    isRollback: request.isRollback === true,
  }
}

const CREATED = "org.opencontainers.image.created"

async function findImage(
  { registry }: Context,
  { repository }: Target,
  tag: string,
): Promise<{ digest: string; labels: Record<string, string> }> {
  const stored = await registry.manifest(repository, tag)
  if (stored !== undefined)
    return { digest: stored.digest, labels: await registry.labels(repository, stored) }
  throw new DeployError(
    `there is no image ${repository}${tag.startsWith("sha256:") ? "@" : ":"}${tag}`,
    EXIT.failed,
    "push it first: `ci --push` gives it the commit's full id as its tag",
  )
}
