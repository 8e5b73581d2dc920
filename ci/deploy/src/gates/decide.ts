import type { DeployGates } from "../../../src/config/types.js"
import type { Verdict } from "../registry/records.js"
import type { Traffic } from "./metrics.js"
import { judgeTraffic } from "./metrics.js"

/** Everything that one look at a deployment shows. */
export interface Observation {
  /** Milliseconds since 1970. */
  at: number
  /** Of the deployment, as ECS spells it; ECS may know more than we do. */
  status: string
  stage?: string
  /** Why ECS is in this state; empty when it does not say. */
  reason: string
  /** Percent of the users' requests that new tasks get. */
  weight: number
  /** Where ECS waits for our answer. */
  hook?: { id: string; stage: string }
  /** New tasks that stopped, and those that run. */
  failedTasks: number
  runningTasks: number
  /** Names of the watched alarms that are in ALARM. */
  alarms: string[]
  /** Absent without a load balancer. */
  traffic?: Traffic
  /** How the synthetic transactions went; absent while nothing new can be reached. */
  probe?: { passed: boolean; reason: string }
  /** Targets that the load balancer found unhealthy. */
  unhealthyTargets: number
  /** Whether another deployment has taken this one's place. */
  superseded: boolean
}

/** Why a deployment is rolled back. */
export interface Cause {
  kind: "trigger" | "deadline"
  reason: string
}

/** What is carried from one look to the next. */
export interface Memory {
  phase: "deploying" | "watching" | "rolling-back"
  /** When the phase began. */
  since: number
  /** Failed checks in a row. */
  failedProbes: number
  unhealthyLooks: number
  /** The gate that is waited at, and since when. */
  gate?: { id: string; since: number }
  cause?: Cause
}

/** What follows from a look. */
export type Action =
  | { kind: "wait" }
  | { kind: "continue"; hookId: string }
  /** Answers a gate with "roll back". */
  | { kind: "refuse"; hookId: string }
  | { kind: "stop" }
  /** Starts a deployment of the last good revision: this one is over already. */
  | { kind: "revert" }
  | { kind: "end"; verdict: Verdict; reason: string }

export interface Decision {
  action: Action
  memory: Memory
  /** Worth a line of progress. */
  notes: string[]
}

/** What decides. Times in seconds. */
export interface Rules {
  gates: DeployGates
  /** When the deployment began, in milliseconds since 1970. */
  started: number
  deadline: number
  /** How long it is watched after ECS is done. */
  watch: number
  /** How long a rollback may take. */
  rollbackDeadline: number
}

const WAIT: Action = { kind: "wait" }

/** The memory of a deployment that was not looked at yet. */
export function firstMemory(now: number): Memory {
  return { phase: "deploying", since: now, failedProbes: 0, unhealthyLooks: 0 }
}

/** Decides what to do after a look at a deployment. Pure: time is part of the observation. */
export function decide(rules: Rules, before: Memory, seen: Observation): Decision {
  const memory = remember(before, seen)
  if (seen.superseded) return end(memory, "superseded", "another deployment took its place")
  switch (seen.status) {
    case "SUCCESSFUL":
      return afterSuccess(rules, memory, seen)
    case "ROLLBACK_SUCCESSFUL":
      return rolledBack(memory, seen)
    case "ROLLBACK_FAILED":
      return end(memory, "rollback-failed", seen.reason || "ECS could not roll it back")
    case "STOPPED":
      return end(memory, "rollback-failed", seen.reason || "it was stopped without a rollback")
    case "STOP_REQUESTED":
    case "ROLLBACK_REQUESTED":
    case "ROLLBACK_IN_PROGRESS":
      return whileRollingBack(rules, startRollback(memory, seen, ecsCause(seen)))
  }
  if (memory.phase === "rolling-back") return whileRollingBack(rules, { memory, seen })
  return whileDeploying(rules, memory, seen)
}

function whileDeploying(rules: Rules, memory: Memory, seen: Observation): Decision {
  const late = (seen.at - rules.started) / 1000 > rules.deadline
  const trigger = triggerOf(rules.gates, memory, seen)
  const cause: Cause | undefined = trigger
    ? { kind: "trigger", reason: trigger }
    : late
      ? { kind: "deadline", reason: `not done within ${rules.deadline} s` }
      : undefined
  if (cause !== undefined) {
    const action: Action = seen.hook ? { kind: "refuse", hookId: seen.hook.id } : { kind: "stop" }
    return { action, memory: startRollback(memory, seen, cause).memory, notes: [cause.reason] }
  }
  if (seen.hook === undefined) return { action: WAIT, memory, notes: [] }
  return atGate(rules, memory, seen, seen.hook)
}

/** The answer to ECS, which waits before it goes on. */
function atGate(
  { gates }: Rules,
  memory: Memory,
  seen: Observation,
  hook: { id: string; stage: string },
): Decision {
  if (seen.probe?.passed === false) return { action: WAIT, memory, notes: [] }
  const go = (notes: string[]): Decision => ({
    action: { kind: "continue", hookId: hook.id },
    memory,
    notes,
  })
  // Before users reach the new tasks, there is nothing that a load balancer could have counted.
  if (seen.weight === 0 || seen.traffic === undefined) return go([`${hook.stage}: passed`])
  const verdict = judgeTraffic(seen.traffic, gates)
  if (verdict.kind === "pass") return go([`${hook.stage}: ${verdict.reason}`])
  const waited = (seen.at - (memory.gate?.since ?? seen.at)) / 1000
  if (waited < gates.patience) return { action: WAIT, memory, notes: [] }
  const reason = `${hook.stage}: inconclusive after ${Math.round(waited)} s: ${verdict.reason}`
  if (gates.inconclusive === "warn") return go([`warning: ${reason}`])
  const { memory: after } = startRollback(memory, seen, { kind: "trigger", reason })
  return { action: { kind: "refuse", hookId: hook.id }, memory: after, notes: [reason] }
}

function afterSuccess(rules: Rules, memory: Memory, seen: Observation): Decision {
  if (memory.phase === "rolling-back")
    return { action: { kind: "revert" }, memory, notes: ["it was done before it could be stopped"] }
  if (memory.phase === "deploying") {
    const watching: Memory = { ...memory, phase: "watching", since: seen.at }
    if (rules.watch === 0) return end(watching, "passed", passReason(rules, seen))
    const note = `ECS is done; watching for ${rules.watch} s`
    return { action: WAIT, memory: watching, notes: [note] }
  }
  const trigger = triggerOf(rules.gates, memory, seen)
  if (trigger !== undefined) {
    const cause: Cause = { kind: "trigger", reason: trigger }
    return {
      action: { kind: "revert" },
      memory: startRollback(memory, seen, cause).memory,
      notes: [trigger],
    }
  }
  if ((seen.at - memory.since) / 1000 < rules.watch) return { action: WAIT, memory, notes: [] }
  return end(memory, "passed", passReason(rules, seen))
}

function rolledBack(memory: Memory, seen: Observation): Decision {
  const cause = memory.cause ?? ecsCause(seen)
  return end(memory, cause.kind === "deadline" ? "deadline" : "rolled-back", cause.reason)
}

function whileRollingBack(
  rules: Rules,
  { memory, seen }: { memory: Memory; seen: Observation },
): Decision {
  const waited = (seen.at - memory.since) / 1000
  if (waited <= rules.rollbackDeadline) return { action: WAIT, memory, notes: [] }
  const reason = `the rollback is not done after ${Math.round(waited)} s (${seen.status})`
  return end(memory, "rollback-failed", reason)
}

/** What speaks against the new tasks; undefined when nothing does. */
function triggerOf(gates: DeployGates, memory: Memory, seen: Observation): string | undefined {
  if (seen.alarms.length > 0) return `alarm: ${seen.alarms.join(", ")}`
  if (memory.failedProbes >= gates.failures)
    return `${memory.failedProbes} failed checks in a row: ${seen.probe?.reason ?? ""}`
  if (seen.runningTasks === 0 && seen.failedTasks >= gates.failures)
    return `${seen.failedTasks} new tasks stopped, none runs`
  if (memory.unhealthyLooks >= gates.failures)
    return `${seen.unhealthyTargets} unhealthy targets in ${memory.unhealthyLooks} looks in a row`
  if (seen.weight === 0 || seen.traffic === undefined) return undefined
  const verdict = judgeTraffic(seen.traffic, gates)
  return verdict.kind === "fail" ? verdict.reason : undefined
}

/** Counts what must happen several times in a row. */
function remember(before: Memory, seen: Observation): Memory {
  const { gate, ...rest } = before
  const sameGate = gate !== undefined && gate.id === seen.hook?.id
  // New targets are unhealthy until they have answered; with users behind them, no longer.
  const isUnhealthy = seen.unhealthyTargets > 0 && (seen.weight > 0 || before.phase === "watching")
  return {
    ...rest,
    failedProbes:
      seen.probe === undefined
        ? before.failedProbes
        : seen.probe.passed
          ? 0
          : before.failedProbes + 1,
    unhealthyLooks: isUnhealthy ? before.unhealthyLooks + 1 : 0,
    ...(seen.hook && { gate: sameGate ? gate : { id: seen.hook.id, since: seen.at } }),
  }
}

function startRollback(
  memory: Memory,
  seen: Observation,
  cause: Cause,
): { memory: Memory; seen: Observation } {
  if (memory.phase === "rolling-back") return { memory, seen }
  return { memory: { ...memory, phase: "rolling-back", since: seen.at, cause }, seen }
}

function ecsCause({ reason }: Observation): Cause {
  return { kind: "trigger", reason: reason || "ECS rolled it back" }
}

function passReason({ gates }: Rules, { traffic }: Observation): string {
  return traffic === undefined
    ? "no load balancer, so no requests were counted"
    : judgeTraffic(traffic, gates).reason
}

function end(memory: Memory, verdict: Verdict, reason: string): Decision {
  return { action: { kind: "end", verdict, reason }, memory, notes: [] }
}
