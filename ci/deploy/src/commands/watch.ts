import type { ServiceDeployment } from "@aws-sdk/client-ecs"
import type { Strategy } from "../../../src/config/types.js"
import { placeOf, targetOf } from "../config/target.js"
import type { Settings } from "../config/target.js"
import type { Context } from "../context.js"
import { describeDeployment } from "../ecs/observe.js"
import { describeRevision, describeService, digestOf } from "../ecs/service.js"
import type { Session } from "../ecs/session.js"
import { planStrategy } from "../ecs/strategy.js"
import { containerOf, describeTaskDefinition } from "../ecs/task-definition.js"
import { DeployError, EXIT } from "../errors.js"
import type { Outcome } from "./deploy.js"
import { follow, trafficOf } from "./deploy.js"

/** Which deployment to look after. */
export interface WatchRequest {
  service: string
  environment: string
  /** Its ARN; the current one of the service if absent. */
  deployment?: string
  until?: string
}

const STRATEGIES: Record<string, Strategy> = {
  ROLLING: "rolling",
  BLUE_GREEN: "blue-green",
  CANARY: "canary",
  LINEAR: "linear",
}

/**
 * Looks after a deployment that was left, or whose program was killed: from where it stands, with the
 * deadline that it had.
 *
 * @throws DeployError 2 when there is none, or it belongs to another service
 */
export async function watch(context: Context, request: WatchRequest): Promise<Outcome> {
  return follow(context, await resume(context, request), request.until)
}

/**
 * The service and the environment that a deployment's ARN belongs to.
 *
 * @throws DeployError 2 when it belongs to none, or to several, as environments of different accounts may
 */
export function placeOfDeployment(
  settings: Settings,
  arn: string,
): Pick<WatchRequest, "service" | "environment"> {
  const [, region, account, cluster, ecsService] =
    /^arn:[\w-]+:ecs:([^:]+):(\d+):service-deployment\/([^/]+)\/([^/]+)\/[^/]+$/.exec(arn) ?? []
  const found = Object.values(settings.environments)
    .filter((each) => each.cluster === cluster && each.region === region)
    .filter((each) => each.account === undefined || each.account === account)
    .flatMap(({ name }) =>
      settings.services
        .filter((each) => placeOf(settings, each.name, name).ecsService === ecsService)
        .map((each) => ({ service: each.name, environment: name })),
    )
  const [place] = found
  if (place !== undefined && found.length === 1) return place
  throw new DeployError(
    `${arn} is the deployment of ${found.length === 0 ? "no service in pipeline.yaml's environments" : "more than one"}`,
    EXIT.usage,
    "give --service and --environment too",
  )
}

/** Puts together what is known of a deployment that has begun. */
export async function resume(context: Context, request: WatchRequest): Promise<Session> {
  const { aws, settings, registry, clock } = context
  const found = targetOf(settings, request.service, request.environment)
  const service = await describeService(aws, found)
  const arn = request.deployment ?? service.currentServiceDeployment
  if (arn === undefined)
    throw new DeployError(
      `${found.ecsService} was never deployed`,
      EXIT.usage,
      "give --deployment with an ARN, or deploy it",
    )
  if (!arn.includes(`/${found.cluster}/${found.ecsService}/`))
    throw new DeployError(
      `${arn} is no deployment of ${found.ecsService} in ${found.cluster}`,
      EXIT.usage,
      "give the --service and --environment that it belongs to",
    )
  const deployment = await describeDeployment(context, arn)
  const revision = await describeRevision(aws, deployment.targetServiceRevision?.arn ?? "")
  if (revision?.taskDefinition === undefined)
    throw new DeployError(`ECS does not show what ${arn} deploys`, EXIT.unknown, "try again")
  const strategy = strategyOf(deployment) ?? found.strategy
  const target = { ...found, strategy }
  const definition = await describeTaskDefinition(aws, revision.taskDefinition)
  const container = containerOf(definition, target)
  const digest = digestOf(revision, container) ?? "unknown"
  const stored = await registry.manifest(target.repository, digest)
  const labels = stored ? await registry.labels(target.repository, stored) : {}
  const source = deployment.sourceServiceRevisions?.[0]?.arn
  const previous = source === undefined ? undefined : await describeRevision(aws, source)
  const hasTestListener = (service.loadBalancers ?? []).some(
    ({ advancedConfiguration }) => advancedConfiguration?.testListenerRule !== undefined,
  )
  return {
    ...{ target, deployment: arn, container, digest, revision },
    plan: planStrategy(target, hasTestListener),
    started: (deployment.startedAt ?? deployment.createdAt)?.getTime() ?? clock.now(),
    tag: labels["org.opencontainers.image.revision"] ?? digest,
    ...(previous && { previous }),
    ...(await trafficOf(context, service, revision)),
  }
}

function strategyOf({ deploymentConfiguration }: ServiceDeployment): Strategy | undefined {
  return STRATEGIES[deploymentConfiguration?.strategy ?? "ROLLING"]
}
