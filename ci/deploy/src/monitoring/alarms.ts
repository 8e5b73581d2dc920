import type { MetricDataQuery, PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch"
import type { Environment } from "../../../src/config/types.js"
import { DeployError, EXIT } from "../errors.js"
import type { MetricDimensions } from "../gates/metrics.js"
import { ERROR_METRICS, LATENCY_METRIC, REQUEST_METRIC } from "../gates/metrics.js"

/** An alarm as it is to be. */
export type Alarm = PutMetricAlarmCommandInput & { AlarmName: string; Threshold: number }

/** The last part of an alarm's name. */
export type AlarmKind =
  | "cpu"
  | "memory"
  | "error-rate"
  | "latency-p95"
  | "latency-p99"
  | "unhealthy-targets"

export const LOAD_BALANCER_NAMESPACE = "AWS/ApplicationELB"

const PERIOD = 60

/** Metrics that CloudWatch takes in the formula of one alarm. */
const MOST_METRICS = 10

/** Seconds for p95, and for p99, where the gates name no limit. */
const LATENCY_SECONDS = 1

/** What is alarmed about. */
export interface Watched {
  service: string
  environment: Environment
  /** Names in ECS. */
  cluster: string
  ecsService: string
  /** All target groups, which take turns; without any, nothing counts requests. */
  groups: MetricDimensions[]
}

/**
 * The alarms of a service in an environment, by the user's own names.
 *
 * @throws DeployError 2 for more target groups than an alarm can add up
 */
export function alarmsOf(watched: Watched): Partial<Record<AlarmKind, Alarm>> {
  const { service, groups, environment } = watched
  const { name, gates } = environment
  const { minRequests } = gates
  const most = Math.floor(MOST_METRICS / (1 + ERROR_METRICS.length))
  if (groups.length > most)
    throw new DeployError(
      `${service} has ${groups.length} target groups in ${name}, and an alarm can add up ${most}`,
      EXIT.usage,
      "watch its load balancers with alarms of your own, and name them in `alarms`",
    )
  const limit = gates.latency ?? LATENCY_SECONDS
  const make = (
    kind: AlarmKind,
    Threshold: number,
    AlarmDescription: string,
    Metrics: MetricDataQuery[],
  ) => ({
    ...commonOf(environment),
    ...{ AlarmName: `${service}-${name}-${kind}`, AlarmDescription, Threshold, Metrics },
  })
  return {
    cpu: utilization(watched, "cpu", "CPUUtilization"),
    memory: utilization(watched, "memory", "MemoryUtilization"),
    ...(groups.length > 0 && {
      "error-rate": make(
        "error-rate",
        gates.errorRate,
        `more than ${gates.errorRate} % of at least ${minRequests} requests to ${service} in ${name} fail`,
        errorRate(groups, minRequests),
      ),
      "latency-p95": make(
        "latency-p95",
        limit,
        `95 % of the requests to ${service} in ${name} take more than ${limit} s`,
        worst(groups, LATENCY_METRIC, "p95"),
      ),
      "latency-p99": make(
        "latency-p99",
        2 * limit,
        `99 % of the requests to ${service} in ${name} take more than ${2 * limit} s`,
        worst(groups, LATENCY_METRIC, "p99"),
      ),
      "unhealthy-targets": make(
        "unhealthy-targets",
        0,
        `targets of ${service} in ${name} are unhealthy`,
        worst(groups, "UnHealthyHostCount", "Maximum"),
      ),
    }),
  }
}

function utilization(
  { service, environment, cluster, ecsService }: Watched,
  kind: AlarmKind,
  MetricName: string,
): Alarm {
  const { name, monitoring } = environment
  return {
    ...commonOf(environment),
    AlarmName: `${service}-${name}-${kind}`,
    AlarmDescription: `${kind} of ${service} in ${name} is above ${monitoring.utilization} %`,
    ...{ Namespace: "AWS/ECS", MetricName, Statistic: "Average", Period: PERIOD },
    ...{ Threshold: monitoring.utilization, EvaluationPeriods: 5, DatapointsToAlarm: 5 },
    Dimensions: [
      { Name: "ClusterName", Value: cluster },
      { Name: "ServiceName", Value: ecsService },
    ],
  }
}

function commonOf({ notify }: Environment) {
  return {
    EvaluationPeriods: 2,
    DatapointsToAlarm: 2,
    ComparisonOperator: "GreaterThanThreshold" as const,
    TreatMissingData: "notBreaching",
    ...(notify.sns !== undefined && { AlarmActions: [notify.sns] }),
  }
}

/** The same rate that the gates work out, of all target groups: users do not care which. */
function errorRate(groups: MetricDimensions[], minRequests: number): MetricDataQuery[] {
  const all = groups.flatMap((group, index) => [
    query(`req${index}`, REQUEST_METRIC, "Sum", group),
    ...ERROR_METRICS.map((name, kind) => query(`err${index}x${kind}`, name, "Sum", group)),
  ])
  const ids = all.map(({ Id = "" }) => Id)
  const sum = (wanted: string[]) => wanted.map((id) => `FILL(${id},0)`).join("+")
  const errors = ids.filter((id) => id.startsWith("err"))
  // Requests that no task took are counted by the load balancer alone.
  const refused = errors.filter((id) => id.endsWith("x1"))
  const total = `(${sum([...ids.filter((id) => id.startsWith("req")), ...refused])})`
  return [
    ...all,
    {
      ...{ Id: "rate", Label: "error rate", ReturnData: true },
      Expression: `IF(${total} >= ${minRequests}, 100*(${sum(errors)})/${total}, 0)`,
    },
  ]
}

/** The highest value of all target groups: which of them has the users is another one each time. */
function worst(groups: MetricDimensions[], metric: string, stat: string): MetricDataQuery[] {
  const all = groups.map((group, index) => query(`m${index}`, metric, stat, group))
  const filled = all.map(({ Id }) => `FILL(${Id},0)`)
  return [
    ...all,
    {
      ...{ Id: "worst", Label: `${metric} ${stat}`, ReturnData: true },
      Expression: filled.length === 1 ? (filled[0] ?? "") : `MAX([${filled.join(",")}])`,
    },
  ]
}

function query(
  Id: string,
  MetricName: string,
  Stat: string,
  { targetGroup, loadBalancer }: MetricDimensions,
): MetricDataQuery {
  return {
    ...{ Id, ReturnData: false },
    MetricStat: {
      Metric: {
        ...{ Namespace: LOAD_BALANCER_NAMESPACE, MetricName },
        Dimensions: [
          { Name: "TargetGroup", Value: targetGroup },
          { Name: "LoadBalancer", Value: loadBalancer },
        ],
      },
      ...{ Period: PERIOD, Stat },
    },
  }
}
