import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { deploy } from "../../ci/deploy/src/commands/deploy.js"
import { promote } from "../../ci/deploy/src/commands/promote.js"
import { rollback } from "../../ci/deploy/src/commands/rollback.js"
import { watch } from "../../ci/deploy/src/commands/watch.js"
import type { Balanced } from "./load-balancer.js"
import { makeLoadBalancer, query } from "./load-balancer.js"
import { environment, service, startWorld, taskDefinition } from "./world.js"
import type { World } from "./world.js"

const ALARM = "api-production-error-rate"

let world: World
let balanced: Balanced
let tags = 0

beforeAll(async () => {
  world = await startWorld()
  balanced = await makeLoadBalancer(world.endpoint, "api")
  world.settings.services.push(service("api"))
  const urls = { url: world.site.url, testUrl: `${world.site.url}/test` }
  world.settings.environments.staging = environment("staging", urls)
  world.settings.environments.production = environment("production", {
    ...urls,
    after: "staging",
    strategy: "canary",
    alarms: [ALARM],
    gates: {
      ...{ errorRate: 5, minRequests: 20, failures: 2, patience: 60 },
      ...{ inconclusive: "rollback", latency: 1 },
    },
  })
  await setAlarm("OK")
}, 180_000)
afterAll(() => world?.stop())

beforeEach(async () => {
  world.said.length = 0
  world.site.status = 200
  world.fake.ecs.behaviour = {}
  world.fake.ecs.alarms.clear()
  world.fake.traffic.clear()
  world.fake.targets.clear()
  const digest = await world.pushImage("api", "first")
  const definition = taskDefinition("api", `${world.registry}/api@${digest}`)
  for (const name of ["staging", "production"])
    world.fake.ecs.addService(`game-${name}`, `api-${name}`, definition, {
      loadBalancers: [balanced.loadBalancer],
    })
})

/** Pushes an image that nobody has seen. */
async function newImage(): Promise<{ tag: string; digest: string }> {
  const tag = `commit-${(tags += 1)}`
  return { tag, digest: await world.pushImage("api", tag) }
}

/** Pushes an image, and deploys it to staging. */
async function passStaging(): Promise<string> {
  const { tag } = await newImage()
  const { exitCode, text } = await deploy(
    world.context(),
    { service: "api", environment: "staging", tag },
    { dryRun: false },
  )
  expect(text).toContain("passed")
  expect(exitCode).toBe(0)
  return tag
}

async function setAlarm(state: "OK" | "ALARM"): Promise<void> {
  const call = (parameters: Record<string, string>) =>
    query(world.endpoint, "monitoring", { Version: "2010-08-01", ...parameters })
  await call({
    ...{ Action: "PutMetricAlarm", AlarmName: ALARM, MetricName: "x", Namespace: "x" },
    ...{ ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: "1", Period: "60" },
    ...{ Statistic: "Sum", Threshold: "1" },
  })
  await call({ Action: "SetAlarmState", AlarmName: ALARM, StateValue: state, StateReason: "test" })
}

const production = { service: "api", environment: "production" }

describe("a deployment that is good", () => {
  it.each(["rolling", "blue-green", "canary", "linear"] as const)(
    "passes: %s",
    async (strategy) => {
      const tag = await passStaging()
      world.fake.traffic.set("api-green", { requests: 500, errors: 2, latency: 0.2 })
      world.fake.traffic.set("api-blue", { requests: 500, errors: 2, latency: 0.2 })
      const outcome = await deploy(
        world.context(),
        { ...production, tag, strategy },
        { dryRun: false },
      )
      expect(outcome.text).toMatch(/^api to production: passed: 0.4 % of 500 requests failed/)
      expect(outcome.exitCode).toBe(0)
      const update = world.fake.ecs.calls.filter(({ action }) => action === "UpdateService").at(-1)
      // Anything else that is sent would be reset by it.
      expect(Object.keys(update?.input ?? {}).sort()).toEqual([
        "cluster",
        "deploymentConfiguration",
        "service",
        "taskDefinition",
      ])
    },
  )

  it("is promoted by its digest, and only after it passed before", async () => {
    const { tag } = await newImage()
    const early = await deploy(world.context(), { ...production, tag }, { dryRun: false })
    expect(early.text).toMatch(/FAILED  order: sha256:\w+ has not passed in staging/)
    expect(early.exitCode).toBe(1)

    const passed = await passStaging()
    world.fake.traffic.set("api-green", { requests: 500 })
    const promoted = await promote(world.context(), production, { dryRun: false })
    expect(promoted.text).toContain("passed")
    expect(world.said.join("\n")).toContain(passed)
  })

  it("is not deployed again while it runs", async () => {
    const tag = await passStaging()
    const again = await deploy(
      world.context(),
      { service: "api", environment: "staging", tag },
      { dryRun: false },
    )
    expect(again.text).toContain("runs already")
    expect(again.exitCode).toBe(0)
  })

  it("is only shown with --dry-run", async () => {
    const tag = await passStaging()
    const before = world.fake.ecs.calls.length
    const { text, exitCode } = await deploy(
      world.context(),
      { ...production, tag },
      { dryRun: true },
    )
    expect(text).toContain("containerDefinitions[0].image")
    expect(text).toContain('"canaryPercent": 10')
    expect(exitCode).toBe(0)
    const changes = world.fake.ecs.calls
      .slice(before)
      .filter(({ action }) => /^(Register|Update)/.test(action))
    expect(changes).toEqual([])
  })
})

describe("the traffic", () => {
  it("is switched in less than a minute by the clock of the double", async () => {
    const tag = await passStaging()
    world.fake.traffic.set("api-green", { requests: 500 })
    world.settings.environments.production!.poll = 1
    const context = world.context()
    const { sleep } = context.clock
    const moves: number[] = []
    context.clock.sleep = async (milliseconds) => {
      await sleep(milliseconds)
      const { stage } = world.fake.ecs.latest("game-production", "api-production")
      if (stage === "PRODUCTION_TRAFFIC_SHIFT") moves.push(world.fake.ecs.now)
    }
    const request = { ...production, tag, strategy: "blue-green" as const }
    const { exitCode } = await deploy(context, request, { dryRun: false })
    world.settings.environments.production!.poll = 10
    expect(exitCode).toBe(0)
    expect(moves.length).toBeGreaterThan(1)
    expect((moves.at(-1) ?? 0) - (moves[0] ?? 0)).toBeLessThan(60_000)
  })
})

describe("a deployment that is bad", () => {
  it.each<[what: string, arrange: () => void | Promise<void>, reason: RegExp]>([
    [
      "errors of the new tasks alone",
      () => void world.fake.traffic.set("api-green", { requests: 100, errors: 8 }),
      /8 % of 100 requests failed, more than 5 %/,
    ],
    [
      "requests that no new task took",
      () => void world.fake.traffic.set("api-green", { requests: 90, refused: 10 }),
      /10 % of 100 requests failed/,
    ],
    [
      "new tasks that are slow",
      () => void world.fake.traffic.set("api-green", { requests: 100, latency: 3 }),
      /95 % of the requests take up to 3 s/,
    ],
    ["too few requests to tell", () => {}, /inconclusive after \d+ s: 0 of 20 requests/],
    [
      "transactions that fail twice",
      () => void (world.site.status = 503),
      /2 failed checks in a row: health, step 1, GET \/health: answered 503/,
    ],
    [
      "tasks that crash, for which ECS has no circuit breaker here",
      () => void (world.fake.ecs.behaviour = { crashes: true }),
      /new tasks stopped, none runs/,
    ],
    [
      "targets that stay unhealthy with users behind them",
      () => {
        world.fake.traffic.set("api-green", { requests: 500 })
        world.fake.targets.set("api-green", [
          { id: "10.1.0.9", state: "unhealthy", reason: "Target.Timeout" },
        ])
      },
      /1 unhealthy targets in 2 looks in a row/,
    ],
  ])("is rolled back: %s", async (_, arrange, reason) => {
    const tag = await passStaging()
    await arrange()
    const context = world.context()
    const { sleep } = context.clock
    context.clock.sleep = async (milliseconds) => {
      await sleep(milliseconds)
      const { status } = world.fake.ecs.latest("game-production", "api-production")
      // The old tasks are all right.
      if (status === "ROLLBACK_SUCCESSFUL") world.site.status = 200
    }
    const { text, exitCode } = await deploy(context, { ...production, tag }, { dryRun: false })
    expect(text).toMatch(reason)
    expect(world.said.join("\n")).toMatch(/back on sha256:\w+, healthy/)
    expect(exitCode).toBe(10)
  })
})

describe("what ECS does", () => {
  it("is believed when an alarm rolls it back at the second step", async () => {
    const tag = await passStaging()
    world.fake.traffic.set("api-green", { requests: 500 })
    const context = world.context()
    const sleep = context.clock.sleep
    context.clock.sleep = async (milliseconds) => {
      if (world.fake.ecs.latest("game-production", "api-production").weight >= 50)
        world.fake.ecs.alarms.add(ALARM)
      await sleep(milliseconds)
    }
    const { text, exitCode } = await deploy(
      context,
      { ...production, tag, strategy: "linear" },
      { dryRun: false },
    )
    expect(text).toContain(`rolled-back: alarm ${ALARM} detected`)
    expect(exitCode).toBe(10)
  })

  it("is not waited for longer than the deadline", async () => {
    const tag = await passStaging()
    world.settings.environments.production!.deadline = 500
    world.fake.ecs.behaviour = { crashes: true }
    world.settings.environments.production!.gates.failures = 10_000
    try {
      const { text, exitCode } = await deploy(
        world.context(),
        { ...production, tag, strategy: "blue-green" },
        { dryRun: false },
      )
      expect(text).toContain("deadline: not done within 500 s")
      expect(exitCode).toBe(12)
    } finally {
      delete world.settings.environments.production!.deadline
      world.settings.environments.production!.gates.failures = 2
    }
  })

  it("can fail to roll back", async () => {
    const tag = await passStaging()
    world.fake.ecs.behaviour = { rollbackFails: true }
    world.fake.traffic.set("api-green", { requests: 100, errors: 50 })
    const { text, exitCode } = await deploy(
      world.context(),
      { ...production, tag },
      { dryRun: false },
    )
    expect(text).toContain("rollback-failed: the rollback could not place tasks")
    expect(exitCode).toBe(11)
  })

  it("is followed when somebody else deploys", async () => {
    const tag = await passStaging()
    world.fake.traffic.set("api-green", { requests: 500 })
    const context = world.context()
    const sleep = context.clock.sleep
    let isDone = false
    context.clock.sleep = async (milliseconds) => {
      if (!isDone && world.fake.ecs.latest("game-production", "api-production").weight === 10) {
        isDone = true
        const definition = taskDefinition("api", `${world.registry}/api@sha256:${"1".repeat(64)}`)
        world.fake.ecs.deployByHand("game-production", "api-production", definition)
      }
      await sleep(milliseconds)
    }
    const { text, exitCode } = await deploy(context, { ...production, tag }, { dryRun: false })
    expect(text).toContain("superseded: another deployment took its place")
    expect(exitCode).toBe(13)
  })

  it("is found although lists are stale, calls are throttled and names are new", async () => {
    const tag = await passStaging()
    world.fake.ecs.behaviour = { staleLists: 4, strangeNames: true }
    world.fake.ecs.fail("DescribeServiceDeployments", "ThrottlingException", 2)
    world.fake.traffic.set("api-green", { requests: 500 })
    const { exitCode } = await deploy(world.context(), { ...production, tag }, { dryRun: false })
    expect(world.said.join("\n")).toContain("SOMETHING_NEW A_NEW_STAGE")
    expect(exitCode).toBe(0)
  })

  it("goes back by itself when the deploying program is killed while it waits", async () => {
    const tag = await passStaging()
    const context = world.context()
    const left = await deploy(
      context,
      { ...production, tag },
      { dryRun: false, until: "POST_TEST_TRAFFIC_SHIFT" },
    )
    expect(left.text).toContain("resume with: watch")
    // Nobody answers for longer than the pause.
    world.fake.ecs.advance(1_000_000)
    expect(world.fake.ecs.latest("game-production", "api-production").status).toBe(
      "ROLLBACK_SUCCESSFUL",
    )
    const { text, exitCode } = await watch(context, production)
    expect(text).toContain("timed out")
    expect(exitCode).toBe(10)
  })

  it("is resumed where it was left", async () => {
    const tag = await passStaging()
    world.fake.traffic.set("api-green", { requests: 500 })
    const until = "PRE_PRODUCTION_TRAFFIC_SHIFT"
    await deploy(world.context(), { ...production, tag }, { dryRun: false, until })
    const { text, exitCode } = await watch(world.context(), production)
    expect(text).toContain("api to production: passed")
    expect(exitCode).toBe(0)
  })
})

describe("before it begins", () => {
  it.each<[what: string, arrange: () => void | Promise<void>, line: RegExp]>([
    ["an alarm is red", () => setAlarm("ALARM"), /FAILED  alarms: in ALARM before it begins/],
    [
      "weights are left over",
      () => balanced.setWeights(90, 10),
      /FAILED  traffic: the rule \S+ has the weights 90 and 10/,
    ],
    [
      "another deployment is in progress",
      () => {
        const definition = taskDefinition("api", `${world.registry}/api@sha256:${"2".repeat(64)}`)
        world.fake.ecs.deployByHand("game-production", "api-production", definition)
      },
      /FAILED  no other deployment: \S+ is PENDING/,
    ],
    [
      "the account is another",
      () => void (world.settings.environments.production!.account = "999999999999"),
      /FAILED  account: the credentials belong to account 123456789012/,
    ],
  ])("it is refused when %s, and nothing is changed", async (_, arrange, line) => {
    const tag = await passStaging()
    await arrange()
    const before = world.fake.ecs.calls.length
    try {
      const { text, exitCode } = await deploy(
        world.context(),
        { ...production, tag },
        { dryRun: false },
      )
      expect(text).toMatch(line)
      expect(exitCode).toBe(1)
    } finally {
      await setAlarm("OK")
      await balanced.setWeights(100, 0)
      delete world.settings.environments.production!.account
    }
    const changes = world.fake.ecs.calls.slice(before)
    expect(changes.filter(({ action }) => /^(Register|Update)/.test(action))).toEqual([])
  })

  it("an image on a stand-in is refused", async () => {
    await world.pushImage("api", "stand-in", { "dev.pipeline.stand-in": "python" })
    const request = { service: "api", environment: "staging", tag: "stand-in" }
    const { text, exitCode } = await deploy(world.context(), request, { dryRun: false })
    expect(text).toContain("built on a stand-in for an official image (python)")
    expect(exitCode).toBe(1)
  })

  it("says which call is not allowed", async () => {
    const { tag } = await newImage()
    world.fake.ecs.fail("UpdateService", "AccessDeniedException", 1)
    const request = { service: "api", environment: "staging", tag }
    await expect(deploy(world.context(), request, { dryRun: false })).rejects.toMatchObject({
      message: expect.stringContaining("not allowed: ecs:UpdateService"),
      exitCode: 3,
    })
  })
})

describe("going back by hand", () => {
  it("deploys what ran before the current image", async () => {
    await passStaging()
    await passStaging()
    const { text, exitCode } = await rollback(
      world.context(),
      { service: "api", environment: "staging" },
      { dryRun: false },
    )
    expect(text).toContain("passed")
    expect(exitCode).toBe(0)
  })

  it("refuses what never passed here", async () => {
    const { tag } = await newImage()
    await expect(
      rollback(world.context(), { service: "api", environment: "staging", tag }, { dryRun: false }),
    ).rejects.toThrow("never passed in staging")
  })
})

describe("the first deployment ever", () => {
  it("fails as one that can't be taken back", async () => {
    const { tag, digest } = await newImage()
    const definition = taskDefinition("api", `${world.registry}/api@${digest}`)
    world.fake.ecs.addService("game-staging", "api-staging", definition, { neverPassed: true })
    world.fake.ecs.behaviour = { crashes: true }
    const { text, exitCode } = await deploy(
      world.context(),
      { service: "api", environment: "staging", tag },
      { dryRun: false },
    )
    expect(text).toMatch(/rollback-failed: the rollback is not done after \d+ s/)
    expect(text).toContain("stopped tasks:")
    expect(text).not.toContain("hunter2")
    expect(exitCode).toBe(11)
  })
})

describe("those who are told", () => {
  it("hear of the start and the end, and change nothing when they can't be reached", async () => {
    const { tag } = await newImage()
    const request = { service: "api", environment: "staging", tag }
    world.site.requests.length = 0
    await deploy(world.context({ webhook: `${world.site.url}/hook` }), request, { dryRun: false })
    const told = world.site.requests.filter(({ path }) => path === "/hook")
    expect(told.map(({ body }) => (JSON.parse(body) as { text: string }).text)).toEqual([
      expect.stringContaining("began, rolling"),
      expect.stringContaining("passed"),
    ])
    const { tag: next } = await newImage()
    const context = world.context({ webhook: "http://127.0.0.1:9/secret-path" })
    const outcome = await deploy(context, { ...request, tag: next }, { dryRun: false })
    expect(outcome.exitCode).toBe(0)
    expect(world.said.join("\n")).toContain("warning: webhook was not told")
    expect(world.said.join("\n")).not.toContain("secret-path")
  })

  it("can be GitHub and an SNS topic", async () => {
    const { staging } = world.settings.environments
    const created = await query(world.endpoint, "sns", {
      ...{ Action: "CreateTopic", Version: "2010-03-31", Name: "deployments" },
    })
    const topic = /<TopicArn>([^<]+)/.exec(created)?.[1] ?? ""
    const github = { github: "example/game", githubApi: `${world.site.url}/api` }
    staging!.notify = { ...github, sns: topic }
    world.site.requests.length = 0
    const { tag } = await newImage()
    const request = { service: "api", environment: "staging", tag }
    const context = world.context({ githubToken: "token" })
    await deploy(context, request, { dryRun: false })
    expect(world.said.filter((line) => line.includes("was not told"))).toEqual([])
    const asked = world.site.requests.filter(({ path }) => path.startsWith("/api"))
    expect(asked.map(({ path }) => path)).toEqual([
      "/api/repos/example/game/deployments",
      "/api/repos/example/game/deployments/7/statuses",
      "/api/repos/example/game/deployments/7/statuses",
    ])
    expect(asked.map(({ body }) => (JSON.parse(body) as { state?: string }).state)).toEqual([
      undefined,
      "in_progress",
      "success",
    ])
    staging!.notify.sns = `${topic}-that-is-gone`
    const { tag: next } = await newImage()
    const outcome = await deploy(context, { ...request, tag: next }, { dryRun: false })
    expect(outcome.exitCode).toBe(0)
    expect(world.said.join("\n")).toContain("warning: SNS was not told")
  })
})
