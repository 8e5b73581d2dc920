import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch"
import type { Alarm, AlarmKind, Watched } from "./alarms.js"
import { alarmsOf, LOAD_BALANCER_NAMESPACE } from "./alarms.js"
import { ERROR_METRICS, REQUEST_METRIC } from "../gates/metrics.js"
import { LOG_NAMESPACE } from "./log-metric.js"

/** A dashboard as CloudWatch stores it. */
export interface DashboardBody {
  widgets: Widget[]
}

/** One picture of a dashboard, at a place in a grid of 24 columns. */
export interface Widget {
  type: "metric" | "alarm" | "text"
  x: number
  y: number
  width: number
  height: number
  properties: WidgetProperties
}

export interface WidgetProperties {
  title?: string
  region?: string
  view?: "timeSeries"
  stacked?: boolean
  metrics?: MetricLine[]
  annotations?: { horizontal: { label: string; value: number }[] }
  yAxis?: { left: { min: number } }
  /** ARNs. */
  alarms?: string[]
  markdown?: string
}

/** A metric's namespace, name and dimensions, then how it is drawn; or a formula alone. */
export type MetricLine = (string | MetricOptions)[]

export interface MetricOptions {
  id?: string
  expression?: string
  label?: string
  stat?: string
  period?: number
  visible?: boolean
}

/** First part of the names of dashboards that show all services of an environment. */
export const OVERVIEW = "overview"

/** CloudWatch refuses a dashboard with more widgets. */
export const MOST_WIDGETS = 500

const COLUMNS = 24
const HEIGHT = 6
const PERIOD = 60

/** The dashboard of one service: whether there are alarms, then a graph for everything they look at. */
export function dashboardOf(watched: Watched, account: string): DashboardBody {
  const { service, environment } = watched
  const { region } = environment
  const alarms = alarmsOf(watched)
  const arns = Object.values(alarms).map(
    ({ AlarmName }) => `arn:aws:cloudwatch:${region}:${account}:alarm:${AlarmName}`,
  )
  const graphs = [
    ...(watched.groups.length > 0
      ? [requests(watched), graphOf("Error rate (%)", [alarms["error-rate"]], region)]
      : []),
    ...graphsOf("Latency (s)", [alarms["latency-p95"], alarms["latency-p99"]], region),
    ...graphsOf("Unhealthy targets", [alarms["unhealthy-targets"]], region),
    ...graphsOf("CPU and memory (%)", [alarms.cpu, alarms.memory], region),
    logErrors(watched),
  ]
  return {
    widgets: [
      {
        ...{ type: "alarm", x: 0, y: 0, width: COLUMNS, height: 3 },
        properties: { title: `Alarms of ${service} in ${environment.name}`, alarms: arns },
      },
      ...arrange(graphs, 2, 3),
    ],
  }
}

/** What is shown of every service beside the others. */
const SHOWN: [title: string, kinds: AlarmKind[]][] = [
  ["error rate (%)", ["error-rate"]],
  ["latency (s)", ["latency-p95", "latency-p99"]],
  ["CPU and memory (%)", ["cpu", "memory"]],
]

/**
 * All services of an environment, a row for each: as many dashboards as CloudWatch's limit asks for.
 *
 * @returns the bodies, by name
 */
export function overviewsOf(environment: string, all: Watched[]): Map<string, DashboardBody> {
  const perPage = Math.floor(MOST_WIDGETS / SHOWN.length)
  const pages = Array.from({ length: Math.ceil(all.length / perPage) }, (_, index) =>
    all.slice(index * perPage, (index + 1) * perPage),
  )
  return new Map(
    pages.map((page, index) => {
      const name = `${OVERVIEW}-${environment}${index === 0 ? "" : `-${index + 1}`}`
      const rows = page.flatMap((watched) => {
        const alarms = alarmsOf(watched)
        return SHOWN.map(([title, kinds]) =>
          graphOf(
            `${watched.service}: ${title}`,
            kinds.map((kind) => alarms[kind]),
            watched.environment.region,
          ),
        )
      })
      return [dashboardName(name), { widgets: arrange(rows, SHOWN.length, 0) }]
    }),
  )
}

/** CloudWatch allows no dots in the names of dashboards; services may have some. */
export function dashboardName(title: string): string {
  return title.replace(/[^\w-]/g, "_")
}

/** Side by side in some columns, from a height on. */
function arrange(graphs: WidgetProperties[], columns: number, from: number): Widget[] {
  const width = COLUMNS / columns
  return graphs.map((properties, index) => ({
    type: "metric",
    ...{ x: (index % columns) * width, y: from + Math.floor(index / columns) * HEIGHT },
    ...{ width, height: HEIGHT, properties },
  }))
}

/** Nothing where there are no such alarms. */
function graphsOf(
  title: string,
  alarms: (Alarm | undefined)[],
  region: string,
): WidgetProperties[] {
  return alarms.some((alarm) => alarm !== undefined) ? [graphOf(title, alarms, region)] : []
}

/** Exactly what alarms look at, with their limits. */
function graphOf(title: string, alarms: (Alarm | undefined)[], region: string): WidgetProperties {
  const there = alarms.filter((alarm) => alarm !== undefined)
  const limits = [...new Set(there.map(({ Threshold }) => Threshold))]
  return {
    ...{ title, region, view: "timeSeries", stacked: false },
    metrics: there.flatMap((alarm, index) => linesOf(alarm, String.fromCharCode(97 + index))),
    annotations: {
      horizontal: limits.map((value) => {
        const names = there.filter(({ Threshold }) => Threshold === value)
        return { label: `alarm ${names.map(({ AlarmName }) => AlarmName).join(", ")}`, value }
      }),
    },
    yAxis: { left: { min: 0 } },
  }
}

/** @param prefix keeps the names in the formulas of several alarms apart */
function linesOf(alarm: Alarm, prefix: string): MetricLine[] {
  const { Metrics, Namespace = "", MetricName = "", Statistic = "", Dimensions = [] } = alarm
  if (Metrics !== undefined) return Metrics.map((query) => lineOf(query, prefix))
  const dimensions = Dimensions.flatMap(({ Name = "", Value = "" }) => [Name, Value])
  return [[Namespace, MetricName, ...dimensions, { stat: Statistic, period: PERIOD }]]
}

function lineOf(
  { Id = "", Expression, Label, MetricStat, ReturnData }: MetricDataQuery,
  prefix: string,
): MetricLine {
  if (Expression !== undefined) {
    const expression = Expression.replace(/\b(?:req|err|m)\d+(?:x\d+)?\b/g, `${prefix}_$&`)
    return [{ expression, label: Label ?? Id, id: `${prefix}_${Id}` }]
  }
  const { Metric, Stat = "", Period = PERIOD } = MetricStat ?? {}
  const dimensions = (Metric?.Dimensions ?? []).flatMap(({ Name = "", Value = "" }) => [
    Name,
    Value,
  ])
  return [
    ...[Metric?.Namespace ?? "", Metric?.MetricName ?? "", ...dimensions],
    { id: `${prefix}_${Id}`, stat: Stat, period: Period, visible: ReturnData ?? true },
  ]
}

/** How many requests each target group gets, so that a shift of the traffic is seen, and how many fail. */
function requests({ groups, environment }: Watched): WidgetProperties {
  return {
    ...{ title: "Requests a minute", region: environment.region, view: "timeSeries" },
    stacked: false,
    metrics: groups.flatMap(({ targetGroup, loadBalancer }) => {
      const name = targetGroup.split("/")[1] ?? ""
      return [REQUEST_METRIC, ...ERROR_METRICS].map((metric, index) => [
        ...[LOAD_BALANCER_NAMESPACE, metric, "TargetGroup", targetGroup],
        ...["LoadBalancer", loadBalancer],
        {
          ...{ stat: "Sum", period: PERIOD },
          label: `${name} ${["requests", "errors", "refused"][index]}`,
        },
      ])
    }),
    yAxis: { left: { min: 0 } },
  }
}

function logErrors({ service, environment }: Watched): WidgetProperties {
  return {
    ...{ title: "Errors in the log", region: environment.region, view: "timeSeries" },
    stacked: false,
    metrics: [
      [
        LOG_NAMESPACE,
        `${service}-${environment.name}-log-errors`,
        { stat: "Sum", period: PERIOD, label: "lines" },
      ],
    ],
    yAxis: { left: { min: 0 } },
  }
}
