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

/** How CloudWatch names a target group; undefined when no load balancer uses it. */
export function dimensionsOf({ arn, loadBalancers }: TargetGroup): MetricDimensions | undefined {
  const [loadBalancer] = loadBalancers
  if (loadBalancer === undefined) return undefined
  return {
    targetGroup: arn.slice(arn.indexOf("targetgroup/")),
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
