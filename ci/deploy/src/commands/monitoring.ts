import { redact } from "../../../src/findings/redact.js"
import { targetOf } from "../config/target.js"
import type { Target } from "../config/target.js"
import type { Context } from "../context.js"
import { describeTargetGroups, dimensionsOfAll, targetGroupArns } from "../ecs/load-balancing.js"
import { describeService } from "../ecs/service.js"
import { describeTaskDefinition, differences } from "../ecs/task-definition.js"
import { DeployError, EXIT, messageOf } from "../errors.js"
import { eachOf } from "../each-of.js"
import type { Alarm, Watched } from "../monitoring/alarms.js"
import { alarmsOf } from "../monitoring/alarms.js"
import type { DashboardBody } from "../monitoring/dashboard.js"
import { dashboardName, dashboardOf, overviewsOf } from "../monitoring/dashboard.js"
import { logErrorFilter } from "../monitoring/log-metric.js"
import { logGroupOf } from "../permissions/policy.js"
import type { Outcome } from "./deploy.js"

/** One thing that is not as it is to be, and how it is made so. */
interface Change {
  /** "+" for what is missing, "~" for what is different. */
  mark: "+" | "~"
  name: string
  details: string[]
  apply(): Promise<unknown>
}

/** What was found out about services. */
interface Findings {
  changes: Change[]
  /** What nobody can change from here. */
  notes: string[]
}

const ENDS = { plan: "would change", apply: "changed", verify: "DIFFERENT" } as const

/** Services that are looked at side by side: CloudWatch takes few calls a second. */
const JOBS = 4

/**
 * Compares alarms, dashboard, log group and metric filter of a service, or of all, with what they are
 * to be.
 *
 * `plan` shows what differs, `apply` makes it so, `verify` fails when anything differs. What is there
 * besides is left alone.
 */
export async function monitoring(
  context: Context,
  { service, environment, action }: { service: string; environment: string; action: string },
): Promise<Outcome> {
  if (action !== "plan" && action !== "apply" && action !== "verify")
    throw new DeployError(`there is no action "${action}"`, EXIT.usage, "use plan, apply or verify")
  const { changes, notes } =
    service === "all"
      ? await findAll(context, environment)
      : await findChanges(context, await watchedOf(context, service, environment))
  const title = `monitoring of ${service === "all" ? "all services" : service} in ${environment}`
  const lines = changes.flatMap(({ mark, name, details }) => [
    `${mark} ${name}`,
    ...details.map((line) => `    ${line}`),
  ])
  if (action === "apply") for (const change of changes) await change.apply()
  const end = changes.length === 0 ? "as it is to be" : `${changes.length} ${ENDS[action]}`
  return {
    text: [...lines, ...notes.map((note) => `note: ${note}`), `${title}: ${end}`].join("\n"),
    exitCode: action === "verify" && changes.length > 0 ? EXIT.failed : EXIT.passed,
  }
}

/** What is known of a service, once ECS was asked. */
interface Known {
  target: Target
  watched: Watched
  /** Log groups that its containers name. */
  logGroups: string[]
  account: string
}

/** Every service that is in the environment, and what shows all of them. */
async function findAll(context: Context, environment: string): Promise<Findings> {
  const all: Known[] = []
  const notes: string[] = []
  await eachOf(context.settings.services, JOBS, async ({ name }) => {
    try {
      const known = await watchedOf(context, name, environment)
      alarmsOf(known.watched)
      all.push(known)
    } catch (error) {
      // Not every service is in every environment, nor can every one be watched by one alarm.
      if (!(error instanceof DeployError) || error.exitCode !== EXIT.usage) throw error
      notes.push(`left out: ${name}: ${redact(messageOf(error).split("\n")[0] ?? "")}`)
    }
  })
  all.sort((one, other) => (one.watched.service < other.watched.service ? -1 : 1))
  const found = new Map<Known, Findings>()
  await eachOf(all, JOBS, async (known) => {
    found.set(known, await findChanges(context, known))
  })
  const overviews = overviewsOf(
    environment,
    all.map(({ watched }) => watched),
  )
  const shown = await Promise.all(
    [...overviews].map(([name, body]) => dashboardChanges(context, name, body)),
  )
  return {
    changes: [...all.flatMap((known) => found.get(known)?.changes ?? []), ...shown.flat()],
    notes: [...notes.sort(), ...all.flatMap((known) => found.get(known)?.notes ?? [])],
  }
}

async function watchedOf(context: Context, name: string, environment: string): Promise<Known> {
  const { aws, settings } = context
  const target = targetOf(settings, name, environment)
  const service = await describeService(aws, target)
  const { cluster, ecsService } = target
  const [groups, definition, { Account = "" }] = await Promise.all([
    describeTargetGroups(aws, targetGroupArns(service.loadBalancers)),
    service.taskDefinition === undefined
      ? undefined
      : describeTaskDefinition(aws, service.taskDefinition),
    aws.call("sts:GetCallerIdentity", {}),
  ])
  return {
    target,
    watched: {
      ...{ service: name, environment: target.environment, cluster, ecsService },
      groups: [...dimensionsOfAll(groups).values()],
    },
    logGroups: (definition?.containerDefinitions ?? []).flatMap(
      ({ logConfiguration }) => logConfiguration?.options?.["awslogs-group"] ?? [],
    ),
    account: Account,
  }
}

async function findChanges(
  context: Context,
  { watched, logGroups, account }: Known,
): Promise<Findings> {
  const { service, environment, groups } = watched
  const logGroup = logGroupOf(service, environment)
  const changes = await Promise.all([
    alarmChanges(context, Object.values(alarmsOf(watched))),
    dashboardChanges(
      context,
      dashboardName(`${service}-${environment.name}`),
      dashboardOf(watched, account),
    ),
    logChanges(context, watched, logGroup),
  ])
  const elsewhere = logGroups.filter((name) => name !== logGroup)
  return {
    changes: changes.flat(),
    notes: [
      ...(groups.length === 0
        ? [`${service} has no target group, so nothing counts its requests: cpu and memory only`]
        : []),
      ...elsewhere.map(
        (name) =>
          `containers of ${service} write to the log group ${name}, not to ${logGroup}: correct monitoring.log_group in pipeline.yaml, or the task definition`,
      ),
    ],
  }
}

async function alarmChanges({ aws }: Context, alarms: Alarm[]): Promise<Change[]> {
  const { MetricAlarms = [] } = await aws.call("cloudwatch:DescribeAlarms", {
    AlarmNames: alarms.map(({ AlarmName }) => AlarmName),
  })
  return alarms.flatMap((alarm): Change[] => {
    const there = MetricAlarms.find(({ AlarmName }) => AlarmName === alarm.AlarmName)
    const name = `alarm ${alarm.AlarmName}`
    const apply = () => aws.call("cloudwatch:PutMetricAlarm", alarm)
    if (there === undefined) return [{ mark: "+", name, details: [], apply }]
    // Only what we set is compared, and who is told: CloudWatch adds states, times and empty lists.
    const compared = [...Object.keys(alarm), "ActionsEnabled"]
    const wanted = { ActionsEnabled: true, ...alarm }
    const before = Object.fromEntries(
      compared.map((key) => [key, there[key as keyof typeof there]]),
    )
    const changed = differences(sorted(before), sorted(wanted))
    if (changed.length === 0) return []
    const details = changed.map(({ path, before: one, after }) => `${path}: ${one} -> ${after}`)
    return [{ mark: "~", name, details, apply }]
  })
}

async function dashboardChanges(
  { aws }: Context,
  DashboardName: string,
  body: DashboardBody,
): Promise<Change[]> {
  const there = await aws.find("cloudwatch:GetDashboard", { DashboardName })
  const apply = () =>
    aws.call("cloudwatch:PutDashboard", { DashboardName, DashboardBody: JSON.stringify(body) })
  const name = `dashboard ${DashboardName}`
  if (there?.DashboardBody === undefined) return [{ mark: "+", name, details: [], apply }]
  const changed = differences(JSON.parse(there.DashboardBody), JSON.parse(JSON.stringify(body)))
  if (changed.length === 0) return []
  const details = changed.map(({ path, before, after }) => `${path}: ${before} -> ${after}`)
  return [{ mark: "~", name, details, apply }]
}

async function logChanges(
  context: Context,
  { service, environment }: Watched,
  logGroupName: string,
): Promise<Change[]> {
  const { aws } = context
  const { retention } = environment.monitoring
  const { logGroups = [] } = await aws.call("logs:DescribeLogGroups", {
    logGroupNamePrefix: logGroupName,
  })
  const there = logGroups.find((each) => each.logGroupName === logGroupName)
  const keep = () =>
    aws.call("logs:PutRetentionPolicy", { logGroupName, retentionInDays: retention })
  const name = `log group ${logGroupName}`
  const filter = logErrorFilter(service, environment, logGroupName)
  const filterName = `metric filter ${filter.filterName}`
  const count = () => aws.call("logs:PutMetricFilter", filter)
  if (there === undefined) {
    const apply = async () => {
      await aws.call("logs:CreateLogGroup", { logGroupName })
      await keep()
    }
    return [
      { mark: "+", name, details: [], apply },
      { mark: "+", name: filterName, details: [], apply: count },
    ]
  }
  const changes: Change[] = []
  if (there.retentionInDays !== retention) {
    const details = [`retentionInDays: ${there.retentionInDays ?? "never"} -> ${retention}`]
    changes.push({ mark: "~", name, details, apply: keep })
  }
  const { metricFilters = [] } = await aws.call("logs:DescribeMetricFilters", {
    ...{ logGroupName, filterNamePrefix: filter.filterName },
  })
  const current = metricFilters.find((each) => each.filterName === filter.filterName)
  if (current === undefined)
    changes.push({ mark: "+", name: filterName, details: [], apply: count })
  else {
    const { filterPattern, metricTransformations = [] } = current
    const changed = differences(
      { filterPattern, metricTransformations: sorted(metricTransformations) },
      {
        filterPattern: filter.filterPattern,
        metricTransformations: sorted(filter.metricTransformations),
      },
    )
    const details = changed.map(({ path, before, after }) => `${path}: ${before} -> ${after}`)
    if (changed.length > 0) changes.push({ mark: "~", name: filterName, details, apply: count })
  }
  return changes
}

/** The same value with its metrics and dimensions in an order that does not depend on who lists them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value
      .map(sorted)
      .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(
    entries
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
