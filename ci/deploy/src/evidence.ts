import type { Task } from "@aws-sdk/client-ecs"
import { redact } from "../../src/findings/redact.js"
import type { Context } from "./context.js"
import type { Target } from "./config/target.js"
import { describeService } from "./ecs/service.js"
import { targetHealth } from "./ecs/load-balancing.js"
import type { Session } from "./ecs/session.js"
import { idOfTask, tasksOf } from "./ecs/tasks.js"
import { messageOf } from "./errors.js"
import { logTail } from "./log-tail.js"

/** What is seen of a service that has a problem: without secrets, for people. */
export interface Evidence {
  /** The newest first. */
  events: string[]
  /** Why tasks stopped. */
  stopped: string[]
  /** Targets that are not healthy. */
  targets: string[]
  /** Last lines of the new tasks' logs. */
  logs: string[]
  /** Parts that could not be looked at, and why. */
  missing: string[]
}

const MOST_EVENTS = 10

/** Collects what will be gone soon: stopped tasks are forgotten within the hour. Never fails. */
export async function collectEvidence(
  context: Context,
  { target, targetGroup, revision }: Pick<Session, "target" | "targetGroup" | "revision">,
): Promise<Evidence> {
  const missing: string[] = []
  const part = async (name: string, collect: () => Promise<string[]>): Promise<string[]> => {
    try {
      return (await collect()).map((line) => redact(line))
    } catch (error) {
      missing.push(redact(`${name}: ${messageOf(error)}`))
      return []
    }
  }
  const [events, stopped, targets, logs] = await Promise.all([
    part("events", () => eventsOf(context, target)),
    part("stopped tasks", () => stoppedTasks(context, target)),
    part("targets", () => unhealthyTargets(context, targetGroup)),
    part("logs", () => logTail(context, target, revision.taskDefinition)),
  ])
  return { events, stopped, targets, logs, missing }
}

/** Evidence as indented lines, a heading for each part that has something. */
export function evidenceLines(evidence: Evidence): string[] {
  const part = (title: string, lines: string[]) =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]
  return [
    ...part("stopped tasks", evidence.stopped),
    ...part("targets", evidence.targets),
    ...part("events", evidence.events),
    ...part("log", evidence.logs),
    ...part("not looked at", evidence.missing),
  ]
}

async function eventsOf({ aws }: Context, target: Target): Promise<string[]> {
  const { events = [] } = await describeService(aws, target)
  return events
    .slice(0, MOST_EVENTS)
    .map(({ createdAt, message = "" }) => `${createdAt?.toISOString() ?? ""} ${message}`)
}

/** Why tasks of a service stopped, a line for each container that ended. */
export async function stoppedTasks(context: Context, target: Target): Promise<string[]> {
  return (await tasksOf(context, target, "STOPPED")).map(describeStop)
}

function describeStop(task: Task): string {
  const { stoppedReason = "", containers = [] } = task
  const ends = containers
    .filter(({ exitCode, reason }) => exitCode !== undefined || reason !== undefined)
    .map(({ name, exitCode, reason }) => [`${name} ended with ${exitCode ?? "no code"}`, reason])
    .map((parts) => parts.filter(Boolean).join(": "))
  return [`${idOfTask(task)} ${stoppedReason}`, ...ends].join("; ")
}

async function unhealthyTargets({ aws }: Context, arn: string | undefined): Promise<string[]> {
  if (arn === undefined) return []
  const targets = await targetHealth(aws, arn)
  return targets
    .filter(({ TargetHealth }) => TargetHealth?.State !== "healthy")
    .map(({ Target, TargetHealth }) =>
      [
        `${Target?.Id}:${Target?.Port} ${TargetHealth?.State}`,
        TargetHealth?.Reason,
        TargetHealth?.Description,
      ]
        .filter(Boolean)
        .join(", "),
    )
}
