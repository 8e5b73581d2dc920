/** How ECS walks through a deployment, as its documentation tells it. */

/** A stretch of a deployment. */
export interface Stage {
  /** A rolling deployment has no stages. */
  name?: string
  /** Milliseconds; a gate takes none of its own. */
  lasts: number
  /** Percent of the users' requests, and of those to the test listener, for the new tasks. */
  weight: number
  testWeight: number
}

/** The parts of a deployment configuration that decide about stages. */
export interface DeploymentConfiguration {
  strategy?: string
  bakeTimeInMinutes?: number
  minimumHealthyPercent?: number
  canaryConfiguration?: { canaryPercent?: number; canaryBakeTimeInMinutes?: number }
  linearConfiguration?: { stepPercent?: number; stepBakeTimeInMinutes?: number }
  lifecycleHooks?: {
    targetType: string
    lifecycleStages: string[]
    timeoutConfiguration?: { timeoutInMinutes?: number; action?: string }
  }[]
  alarms?: { alarmNames: string[]; enable: boolean; rollback: boolean }
  deploymentCircuitBreaker?: {
    enable: boolean
    rollback: boolean
    thresholdConfiguration?: { type: string; value: number }
  }
}

const SECOND = 1000
const MINUTE = 60 * SECOND

/** Until new tasks run. */
export const SCALE_UP_MS = 40 * SECOND

/** Until all users are moved, for an application load balancer. */
const SHIFT_MS = 10 * SECOND

/** Lists the stages of a deployment, in order. */
export function stagesOf(configuration: DeploymentConfiguration): Stage[] {
  const { strategy = "ROLLING", bakeTimeInMinutes = 0 } = configuration
  if (strategy === "ROLLING") return [{ lasts: SCALE_UP_MS, weight: 0, testWeight: 0 }]
  const test = { weight: 0, testWeight: 100 }
  return [
    { name: "RECONCILE_SERVICE", lasts: SECOND, weight: 0, testWeight: 0 },
    { name: "PRE_SCALE_UP", lasts: 0, weight: 0, testWeight: 0 },
    { name: "SCALE_UP", lasts: SCALE_UP_MS, weight: 0, testWeight: 0 },
    { name: "POST_SCALE_UP", lasts: 0, weight: 0, testWeight: 0 },
    { name: "TEST_TRAFFIC_SHIFT", lasts: 5 * SECOND, ...test },
    { name: "POST_TEST_TRAFFIC_SHIFT", lasts: 0, ...test },
    ...stepsOf(configuration).flatMap(({ from, to, lasts }) => [
      { name: "PRE_PRODUCTION_TRAFFIC_SHIFT", lasts: 0, weight: from, testWeight: 100 },
      { name: "PRODUCTION_TRAFFIC_SHIFT", lasts: SHIFT_MS + lasts, weight: to, testWeight: 100 },
    ]),
    { name: "POST_PRODUCTION_TRAFFIC_SHIFT", lasts: 0, weight: 100, testWeight: 100 },
    { name: "BAKE_TIME", lasts: bakeTimeInMinutes * MINUTE, weight: 100, testWeight: 100 },
    { name: "CLEAN_UP", lasts: 5 * SECOND, weight: 100, testWeight: 100 },
  ]
}

function stepsOf({ strategy, canaryConfiguration, linearConfiguration }: DeploymentConfiguration) {
  if (strategy === "CANARY") {
    const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = canaryConfiguration ?? {}
    return [
      { from: 0, to: canaryPercent, lasts: canaryBakeTimeInMinutes * MINUTE },
      { from: canaryPercent, to: 100, lasts: 0 },
    ]
  }
  if (strategy !== "LINEAR") return [{ from: 0, to: 100, lasts: 0 }]
  const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = linearConfiguration ?? {}
  const steps = []
  for (let from = 0; from < 100; from += stepPercent) {
    const to = Math.min(100, from + stepPercent)
    steps.push({ from, to, lasts: to === 100 ? 0 : stepBakeTimeInMinutes * MINUTE })
  }
  return steps
}
