import { nameOf } from "./aws/aws.js"
import type { Context } from "./context.js"
import { observe } from "./ecs/observe.js"
import type { Look } from "./ecs/observe.js"
import type { Session } from "./ecs/session.js"
import { DeployError, EXIT, messageOf } from "./errors.js"
import type { Evidence } from "./evidence.js"
import { collectEvidence } from "./evidence.js"
import type { Action, Memory, Rules } from "./gates/decide.js"
import { decide, firstMemory } from "./gates/decide.js"
import { progressLine } from "./progress.js"
import type { Verdict } from "./registry/records.js"
import { revert } from "./revert.js"

/** How a deployment ended, and what was seen when it went wrong. */
export interface Ending {
  verdict: Verdict | "left"
  reason: string
  evidence?: Evidence
}

/** Seconds that a rollback may take before it counts as failed. */
const ROLLBACK_SECONDS = 900

/** Looks in a row that may fail before we say that we know nothing. */
const BLIND_LOOKS = 30

/**
 * Looks after a deployment until it has ended, or has come to a stage.
 *
 * @param until name of a stage of ECS at which to leave it to itself
 * @throws DeployError 3 when it can't be seen any more; gates then roll back by themselves
 */
export async function drive(
  context: Context,
  session: Session,
  until: string | undefined,
): Promise<Ending> {
  const { clock, say } = context
  const { environment } = session.target
  const rules: Rules = {
    gates: environment.gates,
    started: session.started,
    deadline: session.plan.deadline,
    watch: session.plan.watch,
    rollbackDeadline: ROLLBACK_SECONDS,
  }
  let memory = firstMemory(clock.now())
  let evidence: Evidence | undefined
  let shown = { line: "", events: new Set<string>() }
  for (let blind = 0; ; ) {
    const look = await observe(context, session, memory.phase === "watching").catch(rethrowUsual)
    if (look instanceof Error) {
      blind += 1
      say(`can't see the deployment (${blind}): ${messageOf(look)}`)
      if (blind >= BLIND_LOOKS) throw lostSight(session, look)
      await clock.sleep(environment.poll * 1000)
      continue
    }
    blind = 0
    shown = show(context, session, look, shown)
    const decision = decide(rules, memory, look)
    memory = decision.memory
    for (const note of decision.notes) say(note)
    if (memory.phase === "rolling-back") evidence ??= await collectEvidence(context, session)
    const { action } = decision
    if (action.kind === "end") {
      if (action.verdict !== "passed") evidence ??= await collectEvidence(context, session)
      return { verdict: action.verdict, reason: action.reason, ...(evidence && { evidence }) }
    }
    if (action.kind === "revert") {
      const reason = memory.cause?.reason ?? ""
      const verdict = await revert(context, session)
      const isLate = verdict === "rolled-back" && memory.cause?.kind === "deadline"
      return { verdict: isLate ? "deadline" : verdict, reason, ...(evidence && { evidence }) }
    }
    if (until !== undefined && reached(look, memory, until))
      return { verdict: "left", reason: `at ${until}` }
    await act(context, session, action)
    await clock.sleep(environment.poll * 1000)
  }
}

/** Tells ECS; what is too late or was done already shows in the next look. */
async function act({ aws, say }: Context, session: Session, action: Action): Promise<void> {
  const serviceDeploymentArn = session.deployment
  try {
    if (action.kind === "stop")
      await aws.call("ecs:StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" })
    if (action.kind === "continue" || action.kind === "refuse")
      await aws.call("ecs:ContinueServiceDeployment", {
        ...{ serviceDeploymentArn, hookId: action.hookId },
        action: action.kind === "continue" ? "CONTINUE" : "ROLLBACK",
      })
  } catch (error) {
    if (error instanceof DeployError) throw error
    say(`ECS did not take "${action.kind}": ${nameOf(error)}: ${messageOf(error)}`)
  }
}

function show(
  { say, clock }: Context,
  session: Session,
  look: Look,
  { line, events }: { line: string; events: Set<string> },
): { line: string; events: Set<string> } {
  const next = progressLine(look)
  const seconds = Math.round((clock.now() - session.started) / 1000)
  if (next !== line) say(`${session.target.service} ${seconds} s: ${next}`)
  const fresh = look.events.filter(({ id }) => !events.has(id))
  // What happened before is no news of this deployment.
  if (events.size > 0) for (const { message } of [...fresh].reverse()) say(`  ${message}`)
  return { line: next, events: new Set([...events, ...look.events.map(({ id }) => id)]) }
}

function reached({ stage, hook }: Look, { phase }: Memory, until: string): boolean {
  if (phase === "rolling-back") return false
  return stage === until || hook?.stage === until || (until === "WATCH" && phase === "watching")
}

/** What a person can mend is thrown at once; anything else may go better next time. */
function rethrowUsual(error: unknown): Error {
  if (error instanceof DeployError) throw error
  return error instanceof Error ? error : new Error(String(error))
}

function lostSight({ deployment }: Session, cause: Error): DeployError {
  return new DeployError(
    `the deployment ${deployment} can't be seen any more: ${cause.message}`,
    EXIT.unknown,
    `watch it again with: watch --deployment ${deployment}`,
    { cause },
  )
}
