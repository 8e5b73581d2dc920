import { redact } from "../../../src/findings/redact.js"
import { targetOf } from "../config/target.js"
import type { Context } from "../context.js"
import { targetGroupArns, targetHealth } from "../ecs/load-balancing.js"
import { alarmStates } from "../ecs/observe.js"
import {
  describeService,
  digestOf,
  FINISHED,
  lastGoodRevision,
  listDeployments,
  UNFINISHED,
} from "../ecs/service.js"
import { containerOf, describeTaskDefinition } from "../ecs/task-definition.js"
import { EXIT, messageOf } from "../errors.js"
import { stoppedTasks } from "../evidence.js"
import { logTail } from "../log-tail.js"
import type { Outcome } from "./deploy.js"

/** Everything that people look at by hand when something is wrong. */
export interface Status {
  service: string
  environment: string
  tasks: { running: number; desired: number; pending: number }
  image: { digest: string; commit: string }
  /** The newest first. */
  deployments: { arn: string; status: string; created: string; reason: string }[]
  /** Those that deployments heed, then the others of the service. */
  alarms: { name: string; state: string }[]
  targets: { id: string; state: string; reason: string }[]
  stopped: string[]
  events: string[]
  log: string[]
  /** Parts that could not be looked at, and why. */
  missing: string[]
}

const MOST_DEPLOYMENTS = 5
const MOST_EVENTS = 10

/** Shows how a service is. What can't be read is named; the rest is shown all the same. */
export async function status(
  context: Context,
  { service, environment, format }: { service: string; environment: string; format: string },
): Promise<Outcome> {
  const found = await collectStatus(context, service, environment)
  const text = format === "json" ? JSON.stringify(found, null, 2) : statusLines(found).join("\n")
  return { text, exitCode: EXIT.passed }
}

/** @throws DeployError 2 when there is no such service */
export async function collectStatus(
  context: Context,
  name: string,
  environment: string,
): Promise<Status> {
  const { aws, settings, registry } = context
  const target = targetOf(settings, name, environment)
  const service = await describeService(aws, target)
  const missing: string[] = []
  const part = async <T>(title: string, empty: T, collect: () => Promise<T>): Promise<T> => {
    try {
      return await collect()
    } catch (error) {
      missing.push(redact(`${title}: ${messageOf(error)}`))
      return empty
    }
  }
  const [image, deployments, alarms, targets, stopped, log] = await Promise.all([
    part("image", { digest: "unknown", commit: "unknown" }, async () => {
      const good = await lastGoodRevision(aws, target)
      const arn = good?.taskDefinition ?? service.taskDefinition ?? ""
      const container = containerOf(await describeTaskDefinition(aws, arn), target)
      const digest = digestOf(good, container) ?? "unknown"
      const stored = await registry.manifest(target.repository, digest)
      const labels = stored ? await registry.labels(target.repository, stored) : {}
      return { digest, commit: labels["org.opencontainers.image.revision"] ?? "unknown" }
    }),
    part("deployments", [], async () =>
      (await listDeployments(aws, target, [...UNFINISHED, ...FINISHED]))
        .slice(0, MOST_DEPLOYMENTS)
        .map((each) => ({
          arn: each.serviceDeploymentArn ?? "",
          status: each.status ?? "unknown",
          created: each.createdAt?.toISOString() ?? "",
          reason: each.statusReason ?? "",
        })),
    ),
    part("alarms", [], async () => {
      const [watched, own] = await Promise.all([
        alarmStates(context, target.alarms),
        aws.call("cloudwatch:DescribeAlarms", { AlarmNamePrefix: `${name}-${environment}-` }),
      ])
      const others = (own.MetricAlarms ?? []).filter(
        ({ AlarmName = "" }) => !target.alarms.includes(AlarmName),
      )
      return [
        ...target.alarms.map((alarm) => ({ name: alarm, state: watched.get(alarm) ?? "missing" })),
        ...others.map(({ AlarmName = "", StateValue = "" }) => ({
          ...{ name: AlarmName, state: StateValue },
        })),
      ]
    }),
    part("targets", [], async () => {
      const groups = targetGroupArns(service.loadBalancers)
      const all = (await Promise.all(groups.map((arn) => targetHealth(aws, arn)))).flat()
      return all.map(({ Target, TargetHealth }) => ({
        id: `${Target?.Id}:${Target?.Port}`,
        state: TargetHealth?.State ?? "unknown",
        reason: TargetHealth?.Reason ?? "",
      }))
    }),
    part("stopped tasks", [], () => stoppedTasks(context, target)),
    part("log", [], () => logTail(context, target)),
  ])
  const { runningCount = 0, desiredCount = 0, pendingCount = 0, events = [] } = service
  return {
    ...{ service: name, environment },
    tasks: { running: runningCount, desired: desiredCount, pending: pendingCount },
    ...{ image, deployments, alarms, targets },
    stopped: stopped.map((line) => redact(line)),
    events: events
      .slice(0, MOST_EVENTS)
      .map(({ createdAt, message = "" }) => redact(`${createdAt?.toISOString() ?? ""} ${message}`)),
    log: log.map((line) => redact(line)),
    missing,
  }
}

/** A status as lines for people. */
export function statusLines(found: Status): string[] {
  const { tasks, image } = found
  const part = (title: string, lines: string[]) => [
    `${title}:${lines.length === 0 ? " none" : ""}`,
    ...lines.map((line) => `  ${line.trim()}`),
  ]
  return [
    `${found.service} in ${found.environment}: ${tasks.running} of ${tasks.desired} tasks run, ${tasks.pending} pending`,
    `image: ${image.digest}`,
    `commit: ${image.commit}`,
    ...part(
      "deployments",
      found.deployments.map((each) => `${each.created} ${each.status} ${each.arn} ${each.reason}`),
    ),
    ...part(
      "alarms",
      found.alarms.map(({ name, state }) => `${state} ${name}`),
    ),
    ...part(
      "targets",
      found.targets.map(({ id, state, reason }) => `${id} ${state} ${reason}`),
    ),
    ...part("stopped tasks", found.stopped),
    ...part("events", found.events),
    ...part("log", found.log),
    ...(found.missing.length > 0 ? part("NOT LOOKED AT", found.missing) : []),
  ]
}
