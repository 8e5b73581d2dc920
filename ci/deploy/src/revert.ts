import type { Context } from "./context.js"
import { describeDeployment } from "./ecs/observe.js"
import { digestOf, describeService, lastGoodRevision } from "./ecs/service.js"
import type { Session } from "./ecs/session.js"
import { startDeployment } from "./ecs/start.js"
import { planStrategy } from "./ecs/strategy.js"
import { targetHealth } from "./ecs/load-balancing.js"
import { runTransactions } from "./gates/transaction.js"

/** Looks that the service gets after a rollback to be healthy again. */
const LOOKS = 30
const REVERT_SECONDS = 900

/** Returns to the last good revision with a deployment of its own: ECS is done with the bad one. */
export async function revert(
  context: Context,
  session: Session,
): Promise<"rolled-back" | "rollback-failed"> {
  const { previous, target } = session
  const { clock, say } = context
  if (previous?.taskDefinition === undefined) {
    say("there is no good revision to return to: this was the first deployment")
    return "rollback-failed"
  }
  const { configuration } = planStrategy({ ...target, strategy: "rolling", alarms: [] }, false)
  say(`returning to ${previous.taskDefinition}`)
  const { deployment } = await startDeployment(
    context,
    target,
    previous.taskDefinition,
    configuration,
  )
  const end = clock.now() + REVERT_SECONDS * 1000
  while (clock.now() < end) {
    const { status } = await describeDeployment(context, deployment)
    if (status === "SUCCESSFUL") return "rolled-back"
    if (status === "STOPPED" || status === "ROLLBACK_FAILED" || status === "ROLLBACK_SUCCESSFUL")
      break
    await clock.sleep(target.environment.poll * 1000)
  }
  return "rollback-failed"
}

/**
 * Looks whether the service is really back: its digest, its targets, its transactions.
 *
 * @returns what is wrong; empty when all is well
 */
export async function verifyRollback(context: Context, session: Session): Promise<string[]> {
  let faults: string[] = []
  for (let looks = 0; looks < LOOKS; looks += 1) {
    faults = await rollbackFaults(context, session)
    if (faults.length === 0) return []
    await context.clock.sleep(session.target.environment.poll * 1000)
  }
  return faults
}

async function rollbackFaults({ aws }: Context, session: Session): Promise<string[]> {
  const { target, previous, container } = session
  const [service, good] = await Promise.all([
    describeService(aws, target),
    lastGoodRevision(aws, target),
  ])
  const expected = digestOf(previous, container)
  const digest = digestOf(good, container)
  const groups = (service.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? [])
  const healthy = await Promise.all(groups.map((arn) => targetHealth(aws, arn)))
  const results =
    target.url === undefined ? [] : await runTransactions(target.url, target.transactions)
  return [
    ...(digest === expected ? [] : [`it runs ${digest ?? "an unknown image"}, not ${expected}`]),
    ...((service.runningCount ?? 0) < (service.desiredCount ?? 0)
      ? [`${service.runningCount} of ${service.desiredCount} tasks run`]
      : []),
    ...(healthy.some((targets) =>
      targets.some(({ TargetHealth }) => TargetHealth?.State === "unhealthy"),
    )
      ? ["targets are unhealthy"]
      : []),
    ...results.filter(({ passed }) => !passed).map(({ name, reason }) => `${name}: ${reason}`),
  ]
}
