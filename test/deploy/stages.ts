import { expect } from "vitest"
import { deploy } from "../../ci/deploy/src/commands/deploy.js"
import type { Balanced } from "./load-balancer.js"
import { makeLoadBalancer, query } from "./load-balancer.js"
import { environment, service, startWorld, taskDefinition } from "./world.js"
import type { World } from "./world.js"

/** The alarm that production heeds. */
export const ALARM = "api-production-error-rate"

export const staging = { service: "api", environment: "staging" }
export const production = { service: "api", environment: "production" }

/** A world in which one service goes from staging to production. */
export interface Stages {
  world: World
  balanced: Balanced
  /** Begins anew: all is quiet, and an earlier image runs. */
  reset(): Promise<void>
  /** Pushes an image that nobody has seen. */
  newImage(): Promise<{ tag: string; digest: string }>
  /** Pushes an image, and deploys it to staging. @returns its tag */
  passStaging(): Promise<string>
  setAlarm(state: "OK" | "ALARM"): Promise<void>
  stop(): Promise<void>
}

export async function startStages(): Promise<Stages> {
  const world = await startWorld()
  const balanced = await makeLoadBalancer(world.endpoint, "api")
  const balancers = {
    staging: (await makeLoadBalancer(world.endpoint, "staging")).loadBalancer,
    production: balanced.loadBalancer,
  }
  const { settings, fake, site } = world
  settings.services.push(service("api"))
  const urls = { url: site.url, testUrl: `${site.url}/test` }
  settings.environments.staging = environment("staging", urls)
  settings.environments.production = environment("production", {
    ...{ ...urls, after: "staging", strategy: "canary", alarms: [ALARM] },
    gates: {
      ...{ errorRate: 5, minRequests: 20, failures: 2, patience: 60 },
      ...{ inconclusive: "rollback", latency: 1 },
    },
  })
  let tags = 0
  const stages: Stages = {
    ...{ world, balanced },
    reset: async () => {
      world.said.length = 0
      site.status = 200
      fake.ecs.behaviour = {}
      fake.ecs.alarms.clear()
      fake.ecs.users.clear()
      fake.traffic.clear()
      fake.targets.clear()
      fake.weights.clear()
      const digest = await world.pushImage("api", "first")
      const definition = taskDefinition("api", `${world.registry}/api@${digest}`)
      for (const [name, loadBalancer] of Object.entries(balancers))
        fake.ecs.addService(`game-${name}`, `api-${name}`, definition, {
          loadBalancers: [loadBalancer],
        })
    },
    newImage: async () => {
      const tag = `commit-${(tags += 1)}`
      return { tag, digest: await world.pushImage("api", tag) }
    },
    passStaging: async () => {
      const { tag } = await stages.newImage()
      const outcome = await deploy(world.context(), { ...staging, tag }, { dryRun: false })
      expect(outcome).toMatchObject({ exitCode: 0, text: expect.stringContaining("passed") })
      return tag
    },
    setAlarm: async (state) => {
      const call = (parameters: Record<string, string>) =>
        query(world.endpoint, "monitoring", { Version: "2010-08-01", ...parameters })
      await call({
        ...{ Action: "PutMetricAlarm", AlarmName: ALARM, MetricName: "x", Namespace: "x" },
        ...{ ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: "1", Period: "60" },
        ...{ Statistic: "Sum", Threshold: "1" },
      })
      const set = { Action: "SetAlarmState", AlarmName: ALARM, StateReason: "test" }
      await call({ ...set, StateValue: state })
    },
    stop: () => world.stop(),
  }
  await stages.setAlarm("OK")
  return stages
}
