import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { deployAllChanged } from "../../ci/deploy/src/commands/all-changed.js"
import { deploy } from "../../ci/deploy/src/commands/deploy.js"
import { deployments } from "../../ci/deploy/src/commands/deployments.js"
import { monitoring } from "../../ci/deploy/src/commands/monitoring.js"
import { collectStatus, status } from "../../ci/deploy/src/commands/status.js"
import { transactions } from "../../ci/deploy/src/commands/transactions.js"
import { makeLoadBalancer, query } from "./load-balancer.js"
import { environment, service, startWorld, taskDefinition } from "./world.js"
import type { World } from "./world.js"

const NAMES = ["api", "profile", "world"]
const place = { service: "api", environment: "staging" }

let world: World
let tags = 0

beforeAll(async () => {
  world = await startWorld()
  const { settings, fake, registry } = world
  settings.services.push(service("api", ["profile"]), service("profile"), service("world", ["api"]))
  settings.environments.staging = environment("staging", { url: world.site.url, jobs: 1 })
  for (const name of NAMES) {
    const { loadBalancer } = await makeLoadBalancer(world.endpoint, name)
    const image = `${registry}/${name}@${await world.pushImage(name, "first")}`
    fake.ecs.addService("game-staging", `${name}-staging`, taskDefinition(name, image), {
      loadBalancers: [loadBalancer],
    })
  }
}, 180_000)
afterAll(() => world?.stop())
beforeEach(() => {
  world.said.length = 0
  world.site.status = 200
  world.fake.ecs.behaviour = {}
})

/** Pushes new images for some services under one tag. */
async function release(...names: string[]): Promise<string> {
  const tag = `commit-${(tags += 1)}`
  for (const name of names) await world.pushImage(name, tag)
  return tag
}

/** Names of the services that were deployed since a call, in order. */
function deployedSince(count: number): unknown[] {
  return world.fake.ecs.calls
    .slice(count)
    .filter(({ action }) => action === "UpdateService")
    .map(({ input }) => input.service)
}

describe("all changed services", () => {
  it("are deployed with dependencies first, and others are left as they are", async () => {
    const tag = await release("world", "api", "profile")
    const before = world.fake.ecs.calls.length
    const options = { dryRun: false, atomic: false }
    const request = { environment: "staging", tag }
    const { text, exitCode } = await deployAllChanged(world.context(), request, options)
    expect(text).toContain("3 of 3 changed services passed")
    expect(exitCode).toBe(0)
    expect(deployedSince(before)).toEqual(["profile-staging", "api-staging", "world-staging"])
    const again = await deployAllChanged(world.context(), request, options)
    expect(again.text).toContain("0 of 0 changed services passed")
    expect(again.text).toContain("unchanged: api")
  })

  it("stop at the first that fails, and with --atomic go back", async () => {
    const tag = await release("world", "api", "profile")
    const before = world.fake.ecs.calls.length
    const context = world.context()
    const { sleep } = context.clock
    context.clock.sleep = async (milliseconds) => {
      // The second one crashes, and going back works.
      world.fake.ecs.behaviour = { crashes: deployedSince(before).length === 1 }
      await sleep(milliseconds)
    }
    const options = { dryRun: false, atomic: true }
    const outcome = await deployAllChanged(context, { environment: "staging", tag }, options)
    expect(outcome.text).toMatch(/api to staging: rolled-back: tasks failed to start/)
    expect(outcome.text).toContain("taken back: profile to staging: passed")
    expect(outcome.text).toContain("not begun: world")
    expect(outcome.exitCode).toBe(10)
    expect(deployedSince(before)).toEqual(["profile-staging", "api-staging", "profile-staging"])
  })
})

describe("status", () => {
  it("shows in one place what is looked up by hand, without secrets", async () => {
    world.fake.ecs.behaviour = { crashes: true }
    const tag = await release("api")
    await deploy(world.context(), { ...place, tag }, { dryRun: false })
    world.fake.targets.set("api-blue", [{ id: "10.1.0.9", state: "draining", reason: "Target.X" }])
    const { text } = await status(world.context(), { ...place, format: "text" })
    expect(text).toMatch(/api in staging: 2 of 2 tasks run/)
    expect(text).toContain("ROLLBACK_SUCCESSFUL")
    expect(text).toContain("10.1.0.9:8080 draining Target.X")
    expect(text).toContain("app ended with 1")
    expect(text).not.toContain("hunter2")
    const json = await status(world.context(), { ...place, format: "json" })
    expect(JSON.parse(json.text)).toEqual(await collectStatus(world.context(), "api", "staging"))
    world.fake.targets.clear()
  })

  it("names what it could not look at", async () => {
    world.fake.ecs.fail("ListTasks", "AccessDeniedException", 1)
    const { text } = await status(world.context(), { ...place, format: "text" })
    expect(text).toMatch(/NOT LOOKED AT:\n {2}stopped tasks: not allowed: ecs:ListTasks/)
  })
})

describe("the history", () => {
  it("says who deployed what with which verdict", async () => {
    const { text } = await deployments(world.context(), { ...place, format: "text", limit: 10 })
    expect(text).toMatch(/rolled-back +commit-\d+ sha256:\w+ rolling by arn:aws:sts::/)
    expect(text).toMatch(/passed +commit-1 /)
    expect(text).toMatch(/did not pass, or taken back: [\d.]+ %/)
  })
})

describe("monitoring", () => {
  it("makes what is missing, finds nothing to do then, and shows what somebody changed", async () => {
    const run = (action: string) => monitoring(world.context(), { ...place, action })
    const planned = await run("plan")
    expect(planned.text.split("\n").slice(0, -1)).toEqual([
      "+ alarm api-staging-cpu",
      "+ alarm api-staging-memory",
      "+ alarm api-staging-error-rate",
      "+ alarm api-staging-latency-p95",
      "+ alarm api-staging-latency-p99",
      "+ alarm api-staging-unhealthy-targets",
      "+ dashboard api-staging",
      "+ log group /ecs/api-staging",
    ])
    expect((await run("verify")).exitCode).toBe(1)
    expect((await run("apply")).exitCode).toBe(0)
    expect(await run("verify")).toEqual({
      text: "monitoring of api in staging: as it is to be",
      exitCode: 0,
    })
    await query(world.endpoint, "monitoring", {
      ...{ Action: "PutMetricAlarm", Version: "2010-08-01", AlarmName: "api-staging-cpu" },
      ...{ MetricName: "CPUUtilization", Namespace: "AWS/ECS", Threshold: "99" },
      ...{ ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: "5", Period: "60" },
      ...{ Statistic: "Average", TreatMissingData: "notBreaching", DatapointsToAlarm: "5" },
    })
    const drifted = await run("verify")
    expect(drifted.text).toContain("~ alarm api-staging-cpu")
    expect(drifted.text).toContain("Threshold: 99 -> 90")
    expect(drifted.exitCode).toBe(1)
  })
})

describe("a name that does not exist", () => {
  it.each([
    ["servce", "staging", /there is no service "servce" in services.json/],
    ["api", "stagin", /did you mean "staging"\?/],
  ])("is said: %s in %s", async (name, environment, message) => {
    const asked = status(world.context(), { service: name, environment, format: "text" })
    await expect(asked).rejects.toThrow(message)
  })
})

describe("synthetic transactions", () => {
  it("run by themselves, with values of one answer in the next request", async () => {
    const step = { method: "GET" as const, headers: {}, json: {}, capture: {}, status: 200 }
    const api = world.settings.services.find(({ name }) => name === "api")
    api!.deploy.transactions = [
      {
        name: "create",
        steps: [
          {
            ...step,
            ...{ method: "POST", path: "/players", body: { name: "probe" } },
            capture: { id: "id" },
          },
          { ...step, path: "/players/{id}", json: { status: "ok" } },
        ],
      },
    ]
    world.site.requests.length = 0
    const passed = await transactions(world.context(), place)
    expect(passed).toEqual({ text: "ok      create", exitCode: 0 })
    expect(world.site.requests.map(({ path }) => path)).toEqual(["/players", "/players/7"])
    world.site.status = 500
    const failed = await transactions(world.context(), place)
    expect(failed.text).toBe("FAILED  create: step 1, POST /players: answered 500, expected 200")
    expect(failed.exitCode).toBe(1)
    api!.deploy.transactions = []
  })
})
