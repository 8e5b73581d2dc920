import type { ServiceRevision } from "@aws-sdk/client-ecs"
import type { Target } from "../config/target.js"
import type { MetricDimensions } from "../gates/metrics.js"
import type { StrategyPlan } from "./strategy.js"

/** One deployment that is being looked after. */
export interface Session {
  target: Target
  plan: StrategyPlan
  /** ARN of the deployment in ECS: the only source of the verdict. */
  deployment: string
  /** Milliseconds since 1970. */
  started: number
  container: string
  digest: string
  tag: string
  committed?: string
  /** Whether somebody goes back by hand. */
  isRollback?: boolean
  /** What it is to become. */
  revision: ServiceRevision
  /** The last good one, which a rollback returns to; none before the first deployment. */
  previous?: ServiceRevision
  /** Of the target group that the new tasks are in. */
  targetGroup?: string
  dimensions?: MetricDimensions
}
