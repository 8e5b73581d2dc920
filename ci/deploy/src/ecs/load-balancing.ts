import type { LoadBalancer } from "@aws-sdk/client-ecs"
import type { TargetHealthDescription } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { Aws } from "../aws/aws.js"
import type { MetricDimensions } from "../gates/metrics.js"

/** A target group, as far as it is looked at. */
export interface TargetGroup {
  arn: string
  vpc?: string
  protocol?: string
  loadBalancers: string[]
}

/** @returns those of the target groups that exist */
export async function describeTargetGroups(aws: Aws, arns: string[]): Promise<TargetGroup[]> {
  if (arns.length === 0) return []
  const answer = await aws.find("elasticloadbalancing:DescribeTargetGroups", {
    TargetGroupArns: arns,
  })
  return (answer?.TargetGroups ?? []).map((group) => ({
    arn: group.TargetGroupArn ?? "",
    ...(group.VpcId !== undefined && { vpc: group.VpcId }),
    ...(group.Protocol !== undefined && { protocol: group.Protocol }),
    loadBalancers: group.LoadBalancerArns ?? [],
  }))
}

/**
 * How CloudWatch names the target groups of a service. One that no rule forwards to at the moment
 * has no load balancer of its own: it is that of the group which it takes turns with.
 *
 * @returns by ARN; without those of which no load balancer is known
 */
export function dimensionsOfAll(groups: TargetGroup[]): Map<string, MetricDimensions> {
  const [shared] = groups.flatMap(({ loadBalancers }) => loadBalancers)
  return new Map(
    groups.flatMap(({ arn, loadBalancers: [loadBalancer = shared] }) =>
      loadBalancer === undefined ? [] : [[arn, dimensionsOf(arn, loadBalancer)] as const],
    ),
  )
}

function dimensionsOf(targetGroup: string, loadBalancer: string): MetricDimensions {
  return {
    targetGroup: targetGroup.slice(targetGroup.indexOf("targetgroup/")),
    loadBalancer: loadBalancer.slice(
      loadBalancer.indexOf("loadbalancer/") + "loadbalancer/".length,
    ),
  }
}

/** Health of every target of a group. */
export async function targetHealth(aws: Aws, arn: string): Promise<TargetHealthDescription[]> {
  const answer = await aws.call("elasticloadbalancing:DescribeTargetHealth", {
    TargetGroupArn: arn,
  })
  return answer.TargetHealthDescriptions ?? []
}

/** Both target groups of a service: that in use, and that for the next deployment. */
export function targetGroupArns(loadBalancers: LoadBalancer[] = []): string[] {
  return loadBalancers.flatMap(({ targetGroupArn, advancedConfiguration }) =>
    [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].flatMap((arn) => arn ?? []),
  )
}
