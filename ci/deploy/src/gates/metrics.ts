import type { DeployGates } from "../../../src/config/types.js"
import type { Aws } from "../aws/aws.js"

/** What a load balancer counted of the requests to one target group. */
export interface Traffic {
  requests: number
  /** Answers of 500 and above, and requests that no task took. */
  errors: number
  /** Seconds that 95 % of the requests took at most, in the worst minute. */
  latency?: number
}

/** A target group, as CloudWatch knows it. */
export interface MetricDimensions {
  /** "targetgroup/name/id" */
  targetGroup: string
  /** "app/name/id" */
  loadBalancer: string
}

/** Whether traffic is good; "inconclusive" when there was too little to say. */
export type TrafficVerdict = { kind: "pass" | "fail" | "inconclusive"; reason: string }

const NAMESPACE = "AWS/ApplicationELB"
const PERIOD_SECONDS = 60

/** The counters of a target group. The third is what the load balancer answers itself. */
export const ERROR_METRICS = ["HTTPCode_Target_5XX_Count", "TargetConnectionErrorCount"] as const
export const REQUEST_METRIC = "RequestCount"
export const LATENCY_METRIC = "TargetResponseTime"

/** Reads the plain sums: the rate is worked out here, the same everywhere. */
export async function readTraffic(
  aws: Aws,
  { targetGroup, loadBalancer }: MetricDimensions,
  since: number,
  now: number,
): Promise<Traffic> {
  const query = (id: string, name: string, stat: string) => ({
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: NAMESPACE,
        MetricName: name,
        Dimensions: [
          { Name: "TargetGroup", Value: targetGroup },
          { Name: "LoadBalancer", Value: loadBalancer },
        ],
      },
      Period: PERIOD_SECONDS,
      Stat: stat,
    },
  })
  const { MetricDataResults = [] } = await aws.call("cloudwatch:GetMetricData", {
    StartTime: new Date(since),
    EndTime: new Date(now),
    MetricDataQueries: [
      query("requests", REQUEST_METRIC, "Sum"),
      ...ERROR_METRICS.map((name, index) => query(`errors${index}`, name, "Sum")),
      query("latency", LATENCY_METRIC, "p95"),
    ],
  })
  const values = (id: string) => MetricDataResults.find(({ Id }) => Id === id)?.Values ?? []
  const latencies = values("latency")
  const refused = sum(values("errors1"))
  return {
    // A request that no task took is not among the requests of the target group.
    requests: sum(values("requests")) + refused,
    errors: sum(values("errors0")) + refused,
    ...(latencies.length > 0 && { latency: Math.max(...latencies) }),
  }
}

/** Decides about traffic. Few requests are no evidence, neither for nor against. */
export function judgeTraffic(
  { requests, errors, latency }: Traffic,
  gates: DeployGates,
): TrafficVerdict {
  if (requests < gates.minRequests)
    return {
      kind: "inconclusive",
      reason: `${requests} of ${gates.minRequests} requests that it takes to tell`,
    }
  const rate = (100 * errors) / requests
  const measured = `${round(rate)} % of ${requests} requests failed`
  if (rate > gates.errorRate)
    return { kind: "fail", reason: `${measured}, more than ${gates.errorRate} %` }
  if (gates.latency !== undefined && latency !== undefined && latency > gates.latency)
    return {
      kind: "fail",
      reason: `95 % of the requests take up to ${round(latency)} s, more than ${gates.latency} s`,
    }
  return { kind: "pass", reason: measured }
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
