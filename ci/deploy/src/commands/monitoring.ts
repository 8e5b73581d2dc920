import { environmentOf, targetOf } from "../config/target.js"
import type { Context } from "../context.js"
import { describeTargetGroups, dimensionsOfAll, targetGroupArns } from "../ecs/load-balancing.js"
import { describeService } from "../ecs/service.js"
import { differences } from "../ecs/task-definition.js"
import { DeployError, EXIT } from "../errors.js"
import type { Alarm } from "../monitoring/alarms.js"
import { alarmsOf } from "../monitoring/alarms.js"
import { dashboardOf, MOST_WIDGETS } from "../monitoring/dashboard.js"
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

const RETENTION_DAYS = 30

/**
 * Compares alarms, dashboard and log group of a service with what they are to be.
 *
 * `plan` shows what differs, `apply` makes it so, `verify` fails when anything differs. What is there
 * besides is left alone.
 */
export async function monitoring(
  context: Context,
  { service, environment, action }: { service: string; environment: string; action: string },
): Promise<Outcome> {
  if (!["plan", "apply", "verify"].includes(action))
    throw new DeployError(`there is no action "${action}"`, EXIT.usage, "use plan, apply or verify")
  const changes = await findChanges(context, service, environment)
  const title = `monitoring of ${service} in ${environment}`
  if (changes.length === 0) return { text: `${title}: as it is to be`, exitCode: EXIT.passed }
  const lines = changes.flatMap(({ mark, name, details }) => [
    `${mark} ${name}`,
    ...details.map((line) => `    ${line}`),
  ])
  if (action === "apply") for (const change of changes) await change.apply()
  const ends = { plan: "would change", apply: "changed", verify: "DIFFERENT" } as const
  const end = ends[action as keyof typeof ends]
  return {
    text: [...lines, `${title}: ${changes.length} ${end}`].join("\n"),
    exitCode: action === "verify" ? EXIT.failed : EXIT.passed,
  }
}

async function findChanges(context: Context, name: string, environment: string): Promise<Change[]> {
  const { aws, settings } = context
  const place = environmentOf(settings, environment)
  const target = targetOf(settings, name, environment)
  const service = await describeService(aws, target)
  const groups = await describeTargetGroups(aws, targetGroupArns(service.loadBalancers))
  const dimensions = [...dimensionsOfAll(groups).values()]
  const alarms = alarmsOf(name, place, target, dimensions)
  if (alarms.length > MOST_WIDGETS)
    throw new DeployError(`a dashboard can't have ${alarms.length} graphs`, EXIT.usage)
  const { Account = "" } = await aws.call("sts:GetCallerIdentity", {})
  const body = dashboardOf(place.region, Account, alarms)
  return (
    await Promise.all([
      alarmChanges(context, alarms),
      dashboardChanges(context, `${name}-${environment}`, body),
      logChanges(context, logGroupOf(name, environment)),
    ])
  ).flat()
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
    // Only what we set is compared: CloudWatch adds states, times and empty lists.
    const before = Object.fromEntries(
      Object.keys(alarm).map((key) => [key, there[key as keyof typeof there]]),
    )
    const changed = differences(sorted(before), sorted(alarm))
    if (changed.length === 0) return []
    const details = changed.map(({ path, before: one, after }) => `${path}: ${one} -> ${after}`)
    return [{ mark: "~", name, details, apply }]
  })
}

async function dashboardChanges(
  { aws }: Context,
  DashboardName: string,
  body: string,
): Promise<Change[]> {
  const there = await aws.find("cloudwatch:GetDashboard", { DashboardName })
  const apply = () => aws.call("cloudwatch:PutDashboard", { DashboardName, DashboardBody: body })
  const name = `dashboard ${DashboardName}`
  if (there?.DashboardBody === undefined) return [{ mark: "+", name, details: [], apply }]
  const changed = differences(JSON.parse(there.DashboardBody), JSON.parse(body))
  if (changed.length === 0) return []
  const details = changed.map(({ path, before, after }) => `${path}: ${before} -> ${after}`)
  return [{ mark: "~", name, details, apply }]
}

async function logChanges({ aws }: Context, logGroupName: string): Promise<Change[]> {
  const { logGroups = [] } = await aws.call("logs:DescribeLogGroups", {
    logGroupNamePrefix: logGroupName,
  })
  const there = logGroups.find((each) => each.logGroupName === logGroupName)
  const keep = () =>
    aws.call("logs:PutRetentionPolicy", { logGroupName, retentionInDays: RETENTION_DAYS })
  const name = `log group ${logGroupName}`
  if (there === undefined) {
    const apply = async () => {
      await aws.call("logs:CreateLogGroup", { logGroupName })
      await keep()
    }
    return [{ mark: "+", name, details: [], apply }]
  }
  if (there.retentionInDays === RETENTION_DAYS) return []
  const details = [`retentionInDays: ${there.retentionInDays ?? "never"} -> ${RETENTION_DAYS}`]
  return [{ mark: "~", name, details, apply: keep }]
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
