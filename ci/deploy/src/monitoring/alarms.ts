import type { PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch"
import type { Environment } from "../../../src/config/types.js"
import type { MetricDimensions } from "../gates/metrics.js"
import { ERROR_METRICS, LATENCY_METRIC, REQUEST_METRIC } from "../gates/metrics.js"

/** Names that a service has in ECS. */
export interface EcsNames {
  cluster: string
  ecsService: string
}

/** An alarm as it is to be. */
export type Alarm = PutMetricAlarmCommandInput & { AlarmName: string }

const PERIOD = 60

/** Percent of what the task may use. */
const MOST_USED = 90

/** Seconds for p95, and for p99, where the gates name no limit. */
const LATENCY_SECONDS = 1

/**
 * The alarms of a service in an environment, by the user's own names.
 *
 * @param groups target groups in use; without any, nothing counts requests
 */
export function alarmsOf(
  service: string,
  { name, gates, notify }: Environment,
  { cluster, ecsService }: EcsNames,
  groups: MetricDimensions[],
): Alarm[] {
  const title = (kind: string) => `${service}-${name}-${kind}`
  const common = {
    EvaluationPeriods: 2,
    DatapointsToAlarm: 2,
    ComparisonOperator: "GreaterThanThreshold" as const,
    TreatMissingData: "notBreaching",
    ...(notify.sns !== undefined && { AlarmActions: [notify.sns] }),
  }
  const used = (kind: string, MetricName: string): Alarm => ({
    ...common,
    AlarmName: title(kind),
    AlarmDescription: `${kind} of ${service} in ${name} is above ${MOST_USED} %`,
    ...{ Namespace: "AWS/ECS", MetricName, Statistic: "Average", Period: PERIOD },
    ...{ Threshold: MOST_USED, EvaluationPeriods: 5, DatapointsToAlarm: 5 },
    Dimensions: [
      { Name: "ClusterName", Value: cluster },
      { Name: "ServiceName", Value: ecsService },
    ],
  })
  const limit = gates.latency ?? LATENCY_SECONDS
  return [
    used("cpu", "CPUUtilization"),
    used("memory", "MemoryUtilization"),
    ...groups.slice(0, 1).flatMap((first) => [
      {
        ...common,
        AlarmName: title("error-rate"),
        AlarmDescription: `more than ${gates.errorRate} % of at least ${gates.minRequests} requests to ${service} in ${name} fail`,
        Threshold: gates.errorRate,
        Metrics: errorRate(groups, gates.minRequests),
      },
      slow(title("latency-p95"), first, "p95", limit, common),
      slow(title("latency-p99"), first, "p99", 2 * limit, common),
      {
        ...common,
        AlarmName: title("unhealthy-targets"),
        AlarmDescription: `targets of ${service} in ${name} are unhealthy`,
        ...{ Namespace: "AWS/ApplicationELB", MetricName: "UnHealthyHostCount" },
        ...{ Statistic: "Maximum" as const, Period: PERIOD, Threshold: 0 },
        Dimensions: dimensions(first),
      },
    ]),
  ]
}

/** The same rate that the gates work out, of all target groups: users do not care which. */
function errorRate(groups: MetricDimensions[], minRequests: number): Alarm["Metrics"] {
  const metric = (Id: string, MetricName: string, group: MetricDimensions) => ({
    Id,
    ReturnData: false,
    MetricStat: {
      Metric: { Namespace: "AWS/ApplicationELB", MetricName, Dimensions: dimensions(group) },
      ...{ Period: PERIOD, Stat: "Sum" },
    },
  })
  const all = groups.flatMap((group, index) => [
    metric(`req${index}`, REQUEST_METRIC, group),
    ...ERROR_METRICS.map((name, kind) => metric(`err${index}x${kind}`, name, group)),
  ])
  const sum = (ids: string[]) => ids.map((id) => `FILL(${id},0)`).join("+")
  const errors = all.map(({ Id }) => Id).filter((id) => id.startsWith("err"))
  // Requests that no task took are counted by the load balancer alone.
  const refused = errors.filter((id) => id.endsWith("x1"))
  const requests = [...all.map(({ Id }) => Id).filter((id) => id.startsWith("req")), ...refused]
  const total = `(${sum(requests)})`
  return [
    ...all,
    {
      Id: "rate",
      Label: "error rate",
      ReturnData: true,
      Expression: `IF(${total} >= ${minRequests}, 100*(${sum(errors)})/${total}, 0)`,
    },
  ]
}

function slow(
  AlarmName: string,
  group: MetricDimensions,
  ExtendedStatistic: string,
  Threshold: number,
  common: Omit<Alarm, "AlarmName">,
): Alarm {
  return {
    ...common,
    AlarmName,
    AlarmDescription: `${ExtendedStatistic} of the response time is above ${Threshold} s`,
    ...{ Namespace: "AWS/ApplicationELB", MetricName: LATENCY_METRIC },
    ...{ ExtendedStatistic, Period: PERIOD, Threshold, Dimensions: dimensions(group) },
    EvaluateLowSampleCountPercentile: "ignore",
  } as Alarm
}

function dimensions({ targetGroup, loadBalancer }: MetricDimensions) {
  return [
    { Name: "TargetGroup", Value: targetGroup },
    { Name: "LoadBalancer", Value: loadBalancer },
  ]
}
