import type { Service } from "@aws-sdk/client-ecs"
import type { Context } from "../context.js"
import { drive } from "../drive.js"
import type { Ending } from "../drive.js"
import { describeTargetGroups, dimensionsOfAll, targetGroupArns } from "../ecs/load-balancing.js"
import { digestOf } from "../ecs/service.js"
import type { Session } from "../ecs/session.js"
import { startDeployment } from "../ecs/start.js"
import { withImage } from "../ecs/task-definition.js"
import { DeployError, EXIT, messageOf } from "../errors.js"
import type { ExitCode } from "../errors.js"
import { evidenceLines } from "../evidence.js"
import { prepare } from "../preflight/prepare.js"
import type { DeployRequest, Prepared } from "../preflight/prepare.js"
import { checkLines, planLines } from "../preflight/plan.js"
import type { DeploymentRecord, Verdict } from "../registry/records.js"
import { keepRecord } from "../registry/records.js"
import { verifyRollback } from "../revert.js"

/** How a command ends: a text for people, and a code for programs. */
export interface Outcome {
  text: string
  exitCode: ExitCode
}

/** What else is wanted of a deployment. */
export interface DeployOptions {
  /** Only say what would be done. */
  dryRun: boolean
  /** Stage at which to leave it to itself. */
  until?: string
}

const CODES: Record<Verdict, ExitCode> = {
  passed: EXIT.passed,
  "rolled-back": EXIT.rolledBack,
  "rollback-failed": EXIT.rollbackFailed,
  deadline: EXIT.deadline,
  superseded: EXIT.superseded,
}

/** Deploys one service, and says how that went. */
export async function deploy(
  context: Context,
  request: DeployRequest,
  options: DeployOptions,
): Promise<Outcome> {
  const prepared = await prepare(context, request)
  return deployPrepared(context, prepared, options)
}

/** Deploys what was looked at already. */
export async function deployPrepared(
  context: Context,
  prepared: Prepared,
  { dryRun, until }: DeployOptions,
): Promise<Outcome> {
  const { target, checks, isRunning, digest } = prepared
  const title = `${target.service} to ${target.environment.name}`
  if (dryRun)
    return {
      text: planLines(prepared).join("\n"),
      exitCode: checks.some(isFailed) ? EXIT.failed : EXIT.passed,
    }
  for (const line of checkLines(checks)) context.say(line)
  if (isRunning) return { text: `${title}: ${digest} runs already`, exitCode: EXIT.passed }
  const refused = checks.filter(isFailed)
  if (refused.length > 0)
    return {
      text: [`${title}: not begun, nothing was changed`, ...checkLines(refused)].join("\n"),
      exitCode: EXIT.failed,
    }
  const session = await begin(context, prepared)
  await context.notifier.tell({
    ...{ target, tag: session.tag, state: "started" },
    text: `${title}: ${session.tag} (${digest}) began, ${target.strategy}`,
  })
  return follow(context, session, until)
}

/** Looks after a deployment that has begun, until it can be told how it ended. */
export async function follow(
  context: Context,
  session: Session,
  until: string | undefined,
): Promise<Outcome> {
  const { target, tag, digest, deployment } = session
  const title = `${target.service} to ${target.environment.name}`
  const ending = await drive(context, session, until)
  if (ending.verdict === "left")
    return {
      text: `${title}: left in progress ${ending.reason}\nresume with: watch --service=${target.service} --environment=${target.environment.name} --deployment=${deployment}`,
      exitCode: EXIT.passed,
    }
  const checked = await checkReturn(context, session, { ...ending, verdict: ending.verdict })
  const text = `${title}: ${checked.verdict}: ${checked.reason}`
  const state = checked.verdict === "passed" ? "passed" : "failed"
  await context.notifier.tell({ target, tag, state, text: `${text} (${tag}, ${digest})` })
  const unrecorded = await record(context, session, checked)
  return {
    text: [
      text,
      `image: ${target.repository}@${digest}`,
      `commit: ${tag}`,
      `deployment: ${deployment}`,
      ...(ending.evidence ? evidenceLines(ending.evidence) : []),
      ...unrecorded,
    ].join("\n"),
    exitCode:
      unrecorded.length > 0 && checked.verdict === "passed" ? EXIT.unknown : CODES[checked.verdict],
  }
}

/** A rollback only counts when the service is seen to be back. */
async function checkReturn(
  context: Context,
  session: Session,
  { verdict, reason }: Ending & { verdict: Verdict },
): Promise<{ verdict: Verdict; reason: string }> {
  if (verdict !== "rolled-back" && verdict !== "deadline") return { verdict, reason }
  const faults = await verifyRollback(context, session).catch((error: unknown) => [
    messageOf(error),
  ])
  if (faults.length === 0) {
    context.say(`back on ${digestOf(session.previous, session.container)}, healthy`)
    return { verdict, reason }
  }
  return {
    verdict: "rollback-failed",
    reason: `${reason}; after the rollback: ${faults.join("; ")}`,
  }
}

async function begin(context: Context, prepared: Prepared): Promise<Session> {
  const { aws, clock, say } = context
  const { target, current, container, digest, tag, plan, previous, committed, isRollback } =
    prepared
  const definition = withImage(current, container, `${target.repository}@${digest}`)
  const { taskDefinition } = await aws.call("ecs:RegisterTaskDefinition", definition)
  const arn = taskDefinition?.taskDefinitionArn
  if (arn === undefined) throw new DeployError("ECS gave the task definition no name", EXIT.unknown)
  const started = clock.now()
  const { deployment, revision } = await startDeployment(context, target, arn, plan.configuration)
  say(`${target.service}: ${deployment} began`)
  return {
    ...{ target, plan, deployment, started, container, digest, tag, revision, isRollback },
    ...(committed !== undefined && { committed }),
    ...(previous && { previous }),
    ...(await trafficOf(context, prepared.service, revision)),
  }
}

/** The target group that the new tasks are in, which is another one each time. */
export async function trafficOf(
  { aws }: Context,
  { loadBalancers }: Pick<Service, "loadBalancers">,
  revision: Session["revision"],
): Promise<Pick<Session, "targetGroup" | "dimensions">> {
  const resolved = revision.resolvedConfiguration?.loadBalancers ?? revision.loadBalancers ?? []
  const targetGroup = resolved[0]?.targetGroupArn
  if (targetGroup === undefined) return {}
  const groups = await describeTargetGroups(aws, targetGroupArns(loadBalancers))
  const dimensions = dimensionsOfAll(groups).get(targetGroup)
  return { targetGroup, ...(dimensions && { dimensions }) }
}

/** @returns what to say when it could not be recorded */
async function record(
  context: Context,
  session: Session,
  { verdict, reason }: { verdict: Verdict; reason: string },
): Promise<string[]> {
  const { target, digest, tag, deployment, started, container, committed, isRollback } = session
  const previous = digestOf(session.previous, container)
  try {
    const { Arn = "" } = await context.aws.call("sts:GetCallerIdentity", {})
    const entry: DeploymentRecord = {
      version: 1,
      ...{ service: target.service, environment: target.environment.name, digest, tag },
      ...(previous !== undefined && { previous }),
      ...(isRollback && { rollback: true as const }),
      strategy: target.strategy,
      started: new Date(started).toISOString(),
      ended: new Date(context.clock.now()).toISOString(),
      ...{ verdict, reason, by: Arn, deployment },
      ...(committed !== undefined && { committed }),
    }
    await keepRecord(context.registry, target.repository, entry)
    return []
  } catch (error) {
    return [
      `NOT RECORDED: ${messageOf(error)}`,
      "so the next environment will not take this image; mend the cause and deploy again",
    ]
  }
}

function isFailed({ state }: { state: string }): boolean {
  return state === "failed"
}
