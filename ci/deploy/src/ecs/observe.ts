import type { Service as EcsService, ServiceDeployment } from "@aws-sdk/client-ecs"
import type { Context } from "../context.js"
import { DeployError, EXIT } from "../errors.js"
import type { Observation } from "../gates/decide.js"
import { readTraffic } from "../gates/metrics.js"
import { runTransactions } from "../gates/transaction.js"
import { targetHealth } from "./load-balancing.js"
import { describeService, listDeployments } from "./service.js"
import type { Session } from "./session.js"

/** What a look shows, and what ECS tells beside. */
export interface Look extends Observation {
  /** Newest first. */
  events: { id: string; message: string }[]
}

/** Looks at a deployment once. */
export async function observe(
  context: Context,
  session: Session,
  isWatching: boolean,
): Promise<Look> {
  const { aws, clock } = context
  const { target, targetGroup } = session
  const [deployment, service, alarms, targets] = await Promise.all([
    describeDeployment(context, session.deployment),
    describeService(aws, target),
    alarmStates(context, target.alarms),
    targetGroup === undefined ? [] : targetHealth(aws, targetGroup),
  ])
  const weight = weightOf(deployment)
  const testWeight = deployment.targetServiceRevision?.requestedTestTrafficWeight ?? 0
  const stage = deployment.lifecycleStage
  const waiting = deployment.lifecycleHookDetails?.find(
    ({ status }) => status === "AWAITING_ACTION",
  )
  const [probe, traffic, superseded] = await Promise.all([
    probeOf(session, weight, testWeight, isWatching),
    session.dimensions && weight > 0
      ? readTraffic(aws, session.dimensions, session.started, clock.now())
      : undefined,
    isSuperseded(context, session, service, deployment),
  ])
  const ours = service.deployments?.find(
    ({ taskDefinition }) => taskDefinition === session.revision.taskDefinition,
  )
  return {
    at: clock.now(),
    status: deployment.status ?? "unknown",
    ...(stage !== undefined && { stage }),
    reason: [deployment.statusReason, deployment.rollback?.reason].find(Boolean) ?? "",
    weight,
    ...(waiting?.hookId !== undefined && {
      hook: { id: waiting.hookId, stage: stage ?? "gate" },
    }),
    failedTasks: Math.max(
      ours?.failedTasks ?? 0,
      deployment.deploymentCircuitBreaker?.failureCount ?? 0,
    ),
    runningTasks: deployment.targetServiceRevision?.runningTaskCount ?? 0,
    alarms: target.alarms.filter((name) => alarms.get(name) === "ALARM"),
    // With a target group, no numbers are no evidence: only without one there is nothing to count.
    ...(targetGroup !== undefined && { traffic: traffic ?? { requests: 0, errors: 0 } }),
    ...(probe && { probe }),
    unhealthyTargets: targets.filter(({ TargetHealth }) => TargetHealth?.State === "unhealthy")
      .length,
    superseded,
    events: (service.events ?? []).map(({ id = "", message = "" }) => ({ id, message })),
  }
}

/** @throws DeployError 3 when ECS does not know it */
export async function describeDeployment(
  { aws }: Context,
  arn: string,
): Promise<ServiceDeployment> {
  const answer = await aws.call("ecs:DescribeServiceDeployments", { serviceDeploymentArns: [arn] })
  const deployment = answer.serviceDeployments?.[0]
  if (deployment !== undefined) return deployment
  throw new DeployError(
    `ECS does not know the deployment ${arn}`,
    EXIT.unknown,
    "look it up with `status`; ECS forgets deployments after 90 days",
  )
}

/** States of alarms by their names; those that do not exist are left out. */
export async function alarmStates({ aws }: Context, names: string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map()
  const answer = await aws.call("cloudwatch:DescribeAlarms", {
    AlarmNames: names,
    AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
  })
  const found = [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])]
  return new Map(found.map(({ AlarmName = "", StateValue = "" }) => [AlarmName, StateValue]))
}

/** A rolling deployment has no weights: from its first task on, users reach it. */
function weightOf({ deploymentConfiguration, targetServiceRevision }: ServiceDeployment): number {
  const weight = targetServiceRevision?.requestedProductionTrafficWeight
  if (weight !== undefined) return weight
  const isRolling = (deploymentConfiguration?.strategy ?? "ROLLING") === "ROLLING"
  return isRolling && (targetServiceRevision?.runningTaskCount ?? 0) > 0 ? 100 : 0
}

/** Through the test listener until only new tasks have users, then as users come. */
async function probeOf(
  { target }: Session,
  weight: number,
  testWeight: number,
  isWatching: boolean,
): Promise<Observation["probe"]> {
  const asUsers = isWatching || weight === 100
  const url = asUsers ? target.url : testWeight > 0 ? target.testUrl : undefined
  if (url === undefined || target.transactions.length === 0) return undefined
  const results = await runTransactions(url, target.transactions)
  const failed = results.filter(({ passed }) => !passed)
  return {
    passed: failed.length === 0,
    reason: failed.map(({ name, reason }) => `${name}, ${reason}`).join("; "),
  }
}

/** Whether ECS works on a later deployment than ours. */
async function isSuperseded(
  { aws }: Context,
  session: Session,
  service: EcsService,
  { status, createdAt }: ServiceDeployment,
): Promise<boolean> {
  const current = service.currentServiceDeployment
  if (current === undefined || current === session.deployment) return false
  if (status !== "STOPPED" && status !== "SUCCESSFUL") return false
  const later = await listDeployments(aws, session.target, ["PENDING", "IN_PROGRESS", "SUCCESSFUL"])
  return later.some(
    (other) =>
      other.serviceDeploymentArn === current &&
      (other.createdAt?.getTime() ?? 0) >= (createdAt?.getTime() ?? 0),
  )
}
