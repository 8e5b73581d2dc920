import type {
  DeploymentConfiguration,
  DeploymentLifecycleHook,
  DeploymentLifecycleHookStage,
} from "@aws-sdk/client-ecs"
import type { Strategy } from "../../../src/config/types.js"
import type { Target } from "../config/target.js"
import { DeployError, EXIT } from "../errors.js"

/** A strategy with its numbers, in the units of ECS. */
export interface StrategyPlan {
  strategy: Strategy
  configuration: DeploymentConfiguration
  /** Seconds from the start until ECS has to be done. */
  deadline: number
  /** Seconds of watching that are left to us, after ECS is done. */
  watch: number
}

/** Time for starting tasks and moving traffic, in seconds, without any waiting on purpose. */
const WORK = { rolling: 900, "blue-green": 1200, canary: 1200, linear: 1200 } as const

/** Percent and seconds of a step. */
const STEPS = { canary: { percent: 10, bake: 300 }, linear: { percent: 25, bake: 180 } } as const

/**
 * What ECS is told to do.
 *
 * @param hasTestListener whether new tasks can be reached before users reach them
 * @throws DeployError 2 for a deadline that can't be kept
 */
export function planStrategy(
  { strategy, environment, alarms }: Target,
  hasTestListener: boolean,
): StrategyPlan {
  const { watch, gates, traffic } = environment
  const step = strategy === "linear" ? STEPS.linear : STEPS.canary
  const percent = traffic.percent ?? step.percent
  const bake = minutes(traffic.bake ?? step.bake)
  const hooks = hookStages(strategy, hasTestListener).map((stage) => gate(stage, environment.pause))
  const common = {
    alarms: { alarmNames: alarms, enable: alarms.length > 0, rollback: alarms.length > 0 },
    ...(hooks.length > 0 && { lifecycleHooks: hooks }),
    ...(strategy !== "rolling" && { bakeTimeInMinutes: minutes(watch) }),
  }
  const steps = stepsOf(strategy, percent)
  const waiting =
    strategy === "rolling"
      ? 0
      : 60 * (steps * bake + minutes(watch)) + gates.patience * (steps + hooks.length)
  const deadline = environment.deadline ?? WORK[strategy] + waiting
  const least = strategy === "rolling" ? 0 : 60 * (steps * bake + minutes(watch))
  if (deadline <= least)
    throw new DeployError(
      `the deadline of ${environment.name} is ${deadline} s, but ${strategy} waits ${least} s on purpose`,
      EXIT.usage,
      "raise `deadline`, or shorten `watch` and `traffic.bake` of the environment in pipeline.yaml",
    )
  return {
    strategy,
    configuration: { ...common, ...own(strategy, percent, bake) },
    deadline,
    watch: strategy === "rolling" ? watch : 0,
  }
}

/** Parts of a strategy that the others do not have. */
function own(strategy: Strategy, percent: number, bake: number): DeploymentConfiguration {
  switch (strategy) {
    case "rolling":
      return {
        strategy: "ROLLING",
        // Old tasks leave only when new ones are there.
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        deploymentCircuitBreaker: {
          ...{ enable: true, rollback: true, resetOnHealthyTask: true },
          // The default waits for at least three failures, however small the service is.
          thresholdConfiguration: { type: "COUNT", value: 2 },
        },
      }
    case "blue-green":
      return { strategy: "BLUE_GREEN" }
    case "canary":
      return {
        strategy: "CANARY",
        canaryConfiguration: { canaryPercent: percent, canaryBakeTimeInMinutes: bake },
      }
    case "linear":
      return {
        strategy: "LINEAR",
        linearConfiguration: { stepPercent: percent, stepBakeTimeInMinutes: bake },
      }
  }
}

/** Where ECS waits for our answer. A rolling deployment has no stages. */
function hookStages(strategy: Strategy, hasTest: boolean): DeploymentLifecycleHookStage[] {
  if (strategy === "rolling") return []
  const test: DeploymentLifecycleHookStage[] = hasTest ? ["POST_TEST_TRAFFIC_SHIFT"] : []
  return strategy === "blue-green" ? test : [...test, "PRE_PRODUCTION_TRAFFIC_SHIFT"]
}

/** If nobody answers, because the deploying program is gone, ECS rolls back by itself. */
function gate(stage: DeploymentLifecycleHookStage, pause: number): DeploymentLifecycleHook {
  return {
    targetType: "PAUSE",
    lifecycleStages: [stage],
    timeoutConfiguration: { timeoutInMinutes: Math.max(1, minutes(pause)), action: "ROLLBACK" },
  }
}

function stepsOf(strategy: Strategy, percent: number): number {
  if (strategy === "canary") return 1
  return strategy === "linear" ? Math.ceil(100 / percent) - 1 : 0
}

/** Whole minutes, not fewer than asked for. */
function minutes(seconds: number): number {
  return Math.ceil(seconds / 60)
}
