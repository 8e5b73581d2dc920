import type {
  Service as EcsService,
  ServiceDeploymentBrief,
  ServiceDeploymentStatus,
  ServiceRevision,
} from "@aws-sdk/client-ecs"
import type { Aws } from "../aws/aws.js"
import { nameOf } from "../aws/aws.js"
import type { Target } from "../config/target.js"
import { DeployError, EXIT } from "../errors.js"

/** States in which a deployment still does something. */
export const UNFINISHED: ServiceDeploymentStatus[] = [
  "PENDING",
  "IN_PROGRESS",
  "STOP_REQUESTED",
  "ROLLBACK_REQUESTED",
  "ROLLBACK_IN_PROGRESS",
]

/** States that a deployment stays in. */
export const FINISHED: ServiceDeploymentStatus[] = [
  "SUCCESSFUL",
  "STOPPED",
  "ROLLBACK_SUCCESSFUL",
  "ROLLBACK_FAILED",
]

/**
 * The service as ECS has it.
 *
 * @throws DeployError 2 when there is none, or it is being deleted
 */
export async function describeService(
  aws: Aws,
  { cluster, ecsService }: Pick<Target, "cluster" | "ecsService">,
): Promise<EcsService> {
  const request = { cluster, services: [ecsService] }
  const answer = await aws.call("ecs:DescribeServices", request).catch((error: unknown) => {
    if (nameOf(error) !== "ClusterNotFoundException") throw error
    throw new DeployError(
      `there is no ECS cluster "${cluster}" in ${aws.region}`,
      EXIT.usage,
      "correct `cluster` or `region` of the environment in pipeline.yaml",
      { cause: error },
    )
  })
  const service = answer.services?.[0]
  if (service === undefined || service.status === "INACTIVE")
    throw new DeployError(
      `there is no ECS service "${ecsService}" in the cluster "${cluster}"`,
      EXIT.usage,
      "create it once with your infrastructure code, or correct `service` in pipeline.yaml or services.json",
    )
  if (service.status !== "ACTIVE")
    throw new DeployError(`the ECS service "${ecsService}" is ${service.status}`, EXIT.failed)
  return service
}

/** Deployments of a service in some states, the newest first. */
export async function listDeployments(
  aws: Aws,
  { cluster, ecsService }: Pick<Target, "cluster" | "ecsService">,
  status: ServiceDeploymentStatus[],
): Promise<ServiceDeploymentBrief[]> {
  const found: ServiceDeploymentBrief[] = []
  let nextToken: string | undefined
  do {
    const page = await aws.call("ecs:ListServiceDeployments", {
      ...{ cluster, service: ecsService, status },
      ...(nextToken !== undefined && { nextToken }),
    })
    found.push(...(page.serviceDeployments ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return found.sort((one, other) => timeOf(other) - timeOf(one))
}

/** The revision that the last successful deployment made; undefined before the first. */
export async function lastGoodRevision(
  aws: Aws,
  target: Target,
): Promise<ServiceRevision | undefined> {
  const [last] = await listDeployments(aws, target, ["SUCCESSFUL"])
  if (last?.targetServiceRevisionArn === undefined) return undefined
  return describeRevision(aws, last.targetServiceRevisionArn)
}

/** One revision of a service; undefined while ECS does not show it yet. */
export async function describeRevision(
  aws: Aws,
  arn: string,
): Promise<ServiceRevision | undefined> {
  const answer = await aws.call("ecs:DescribeServiceRevisions", { serviceRevisionArns: [arn] })
  return answer.serviceRevisions?.[0]
}

/** The digest of the image that a revision runs in a container. */
export function digestOf(
  revision: ServiceRevision | undefined,
  container: string,
): string | undefined {
  const images = revision?.containerImages ?? []
  const image = images.find((each) => each.containerName === container)
  return image?.imageDigest ?? /@(sha256:[0-9a-f]{64})$/.exec(image?.image ?? "")?.[1]
}

function timeOf({ createdAt }: ServiceDeploymentBrief): number {
  return createdAt?.getTime() ?? 0
}
