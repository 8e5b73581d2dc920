import type { LoadBalancer } from "../fakes/ecs/ecs.js"

/** A service's load balancer, with two target groups and the rules that forward to them. */
export interface Balanced {
  loadBalancer: LoadBalancer
  /** Names of the target groups. */
  blue: string
  green: string
  /** ARN of the production rule. */
  rule: string
  vpc: string
}

/** Makes a load balancer in the emulator; a network load balancer for "TCP". */
export async function makeLoadBalancer(
  endpoint: string,
  name: string,
  protocol: "HTTP" | "TCP" = "HTTP",
): Promise<Balanced> {
  const ask = (service: string, version: string, parameters: Record<string, string>) =>
    query(endpoint, service, { Version: version, ...parameters })
  const ec2 = (parameters: Record<string, string>) => ask("ec2", "2016-11-15", parameters)
  const elb = (parameters: Record<string, string>) =>
    ask("elasticloadbalancing", "2015-12-01", parameters)
  const subnets = [...(await ec2({ Action: "DescribeSubnets" })).matchAll(/<subnetId>([^<]+)/g)]
  const vpc = tag(await ec2({ Action: "DescribeVpcs" }), "vpcId")
  const balancer = await elb({
    ...{ Action: "CreateLoadBalancer", Name: name },
    ...{ "Subnets.member.1": subnets[0]?.[1] ?? "", "Subnets.member.2": subnets[1]?.[1] ?? "" },
  })
  const LoadBalancerArn = tag(balancer, "LoadBalancerArn")
  const groups = await Promise.all(
    ["blue", "green"].map(async (colour) =>
      tag(
        await elb({
          ...{ Action: "CreateTargetGroup", Name: `${name}-${colour}`, Protocol: protocol },
          ...{ Port: "8080", VpcId: vpc, TargetType: "ip" },
        }),
        "TargetGroupArn",
      ),
    ),
  )
  const listener = await elb({
    ...{ Action: "CreateListener", LoadBalancerArn, Protocol: "HTTP", Port: "80" },
    "DefaultActions.member.1.Type": "forward",
    "DefaultActions.member.1.TargetGroupArn": groups[0] ?? "",
  })
  const makeRule = async (Priority: string) => {
    const made = await elb({
      ...{ Action: "CreateRule", ListenerArn: tag(listener, "ListenerArn"), Priority },
      "Conditions.member.1.Field": "path-pattern",
      "Conditions.member.1.Values.member.1": `/${Priority}/*`,
      "Actions.member.1.Type": "forward",
      "Actions.member.1.TargetGroupArn": groups[0] ?? "",
    })
    return tag(made, "RuleArn")
  }
  const [rule, testListenerRule] = [await makeRule("1"), await makeRule("2")]
  return {
    ...{ blue: `${name}-blue`, green: `${name}-green`, rule, vpc },
    loadBalancer: {
      ...{ targetGroupArn: groups[0] ?? "", containerName: "app", containerPort: 8080 },
      advancedConfiguration: {
        alternateTargetGroupArn: groups[1] ?? "",
        ...{ productionListenerRule: rule, testListenerRule },
        roleArn: "arn:aws:iam::123456789012:role/ecs-infrastructure",
      },
    },
  }
}

/** Asks a service of the emulator that speaks the query protocol. */
export async function query(
  endpoint: string,
  service: string,
  parameters: Record<string, string>,
): Promise<string> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      // The emulator only looks at which service the signature is for.
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      host: `${service}.eu-central-1.amazonaws.com`,
    },
    body: new URLSearchParams(parameters),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${parameters.Action}: ${text.slice(0, 500)}`)
  return text
}

function tag(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]+)`).exec(xml)?.[1] ?? ""
}
