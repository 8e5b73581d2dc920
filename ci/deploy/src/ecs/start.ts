import type { DeploymentConfiguration, ServiceRevision } from "@aws-sdk/client-ecs"
import type { Aws } from "../aws/aws.js"
import type { Target } from "../config/target.js"
import type { Context } from "../context.js"
import { DeployError, EXIT } from "../errors.js"
import { describeRevision, FINISHED, listDeployments, UNFINISHED } from "./service.js"

/** A deployment that ECS has begun. */
export interface Started {
  deployment: string
  revision: ServiceRevision
}

/** ECS shows a new deployment some seconds after it was asked for. */
const PIN_SECONDS = 120
const PIN_POLL_MS = 2000

/**
 * Starts a deployment, and finds it among those of the service.
 *
 * Task definition and deployment configuration are all that is sent: load balancers that are sent
 * again would no longer take turns.
 *
 * @throws DeployError 13 when somebody else's deployment is there instead, 3 when none appears
 */
export async function startDeployment(
  { aws, clock }: Context,
  { cluster, ecsService }: Target,
  taskDefinition: string,
  deploymentConfiguration: DeploymentConfiguration,
): Promise<Started> {
  const target = { cluster, ecsService }
  const earlier = new Set(
    (await recentDeployments(aws, target)).map(({ deployment }) => deployment),
  )
  const asked = clock.now()
  await aws.call("ecs:UpdateService", {
    ...{ cluster, service: ecsService },
    ...{ taskDefinition, deploymentConfiguration },
  })
  for (;;) {
    const fresh = (await recentDeployments(aws, target)).filter(
      ({ deployment }) => !earlier.has(deployment),
    )
    for (const { deployment, revisionArn } of fresh) {
      const revision = await describeRevision(aws, revisionArn)
      if (revision?.taskDefinition === taskDefinition) return { deployment, revision }
    }
    if (clock.now() - asked > PIN_SECONDS * 1000)
      throw fresh.length > 0 ? somebodyElse(ecsService) : notThere(ecsService)
    await clock.sleep(PIN_POLL_MS)
  }
}

interface Fresh {
  deployment: string
  revisionArn: string
}

/** The newest deployments, whatever became of them. */
async function recentDeployments(
  aws: Aws,
  target: Pick<Target, "cluster" | "ecsService">,
): Promise<Fresh[]> {
  const all = await listDeployments(aws, target, [...UNFINISHED, ...FINISHED])
  return all.flatMap(
    ({ serviceDeploymentArn: deployment, targetServiceRevisionArn: revisionArn }) =>
      deployment === undefined || revisionArn === undefined ? [] : [{ deployment, revisionArn }],
  )
}

function somebodyElse(ecsService: string): DeployError {
  return new DeployError(
    `somebody else deployed ${ecsService} at the same moment`,
    EXIT.superseded,
    "look at their deployment with `status`, then deploy again",
  )
}

function notThere(ecsService: string): DeployError {
  return new DeployError(
    `ECS shows no deployment of ${ecsService}, ${PIN_SECONDS} s after it was asked for one`,
    EXIT.unknown,
    "look with `status` whether it began after all",
  )
}
