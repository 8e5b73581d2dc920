import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { deploy } from "../../ci/deploy/src/commands/deploy.js"
import { promote } from "../../ci/deploy/src/commands/promote.js"
import { rollback } from "../../ci/deploy/src/commands/rollback.js"
import { collectStatus } from "../../ci/deploy/src/commands/status.js"
import type { Context } from "../../ci/deploy/src/context.js"
import type { DeployRequest } from "../../ci/deploy/src/preflight/prepare.js"
import type { LoadBalancer } from "../fakes/ecs/ecs.js"
import { makeLoadBalancer } from "./load-balancer.js"
import type { Stages } from "./stages.js"
import { ALARM, production, staging, startStages } from "./stages.js"
import { environment, service, taskDefinition } from "./world.js"
import type { World } from "./world.js"

let stages: Stages
let world: World

beforeAll(async () => {
  stages = await startStages()
  world = stages.world
}, 180_000)
afterAll(() => stages?.stop())
beforeEach(() => stages.reset())

/** What became of all requests since the world began. */
function asked(): { requests: number; errors: number; refused: number } {
  return world.fake.ecs.users.count(0, Infinity)
}

describe("a deployment that is good", () => {
  it.each(["rolling", "blue-green", "canary", "linear"] as const)(
    "passes, and no request is lost: %s",
    async (strategy) => {
      const tag = await stages.passStaging()
      world.fake.ecs.users.perSecond = 20
      world.fake.ecs.behaviour = { failing: 0.5 }
      const outcome = await deploy(
        world.context(),
        { ...production, tag, strategy },
        { dryRun: false },
      )
      expect(outcome.text).toMatch(/^api to production: passed: 0.\d+ % of \d+ requests failed/)
      expect(outcome.exitCode).toBe(0)
      expect(asked().requests).toBeGreaterThan(1000)
      expect(asked().refused).toBe(0)
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
    const { tag } = await stages.newImage()
    const early = await deploy(world.context(), { ...production, tag }, { dryRun: false })
    expect(early.text).toMatch(/FAILED  order: sha256:\w+ has not passed in staging/)
    expect(early.exitCode).toBe(1)

    const passed = await stages.passStaging()
    world.fake.traffic.set("api-green", { requests: 500 })
    const promoted = await promote(world.context(), production, { dryRun: false })
    expect(promoted.text).toContain("passed")
    expect(world.said.join("\n")).toContain(passed)
  })

  it("is not deployed again while it runs", async () => {
    const tag = await stages.passStaging()
    const again = await deploy(world.context(), { ...staging, tag }, { dryRun: false })
    expect(again.text).toContain("runs already")
    expect(again.exitCode).toBe(0)
  })

  it("is only shown with --dry-run", async () => {
    const tag = await stages.passStaging()
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
    const tag = await stages.passStaging()
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
  it("reaches few users as a canary, and its rollback loses no request", async () => {
    const tag = await stages.passStaging()
    world.fake.ecs.users.perSecond = 20
    world.fake.ecs.behaviour = { failing: 100 }
    const { text, exitCode } = await deploy(
      world.context(),
      { ...production, tag },
      { dryRun: false },
    )
    expect(text).toMatch(/100 % of \d+ requests failed, more than 5 %/)
    expect(exitCode).toBe(10)
    const { requests, errors, refused } = asked()
    expect(errors).toBeGreaterThan(0)
    // A service-wide alarm on 5 % would not have seen it.
    expect(errors / requests).toBeLessThan(0.1)
    expect(refused).toBe(0)
  })

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
    const tag = await stages.passStaging()
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

describe("before it begins", () => {
  /** The service in production is another one. */
  function serviceIs(definition: Record<string, unknown>, loadBalancers?: LoadBalancer[]): void {
    world.fake.ecs.addService("game-production", "api-production", definition, {
      loadBalancers: loadBalancers ?? [stages.balanced.loadBalancer],
    })
  }

  /** Its task definition with something more in it. */
  function definitionWith(
    container: Record<string, unknown>,
    task: Record<string, unknown> = {},
  ): Record<string, unknown> {
    const definition = taskDefinition("api", `${world.registry}/api@sha256:${"4".repeat(64)}`)
    const [first] = definition.containerDefinitions as Record<string, unknown>[]
    return { ...definition, ...task, containerDefinitions: [{ ...first, ...container }] }
  }

  const no = "arn:aws:elasticloadbalancing:eu-central-1"
  const executionRoleArn = "arn:aws:iam::123456789012:role/nobody"
  const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gone-AbCdEf"

  it.each<[what: string, arrange: () => void | Promise<void>, line: RegExp]>([
    [
      "an alarm is red",
      () => stages.setAlarm("ALARM"),
      /FAILED  alarms: in ALARM before it begins/,
    ],
    [
      "an alarm does not exist",
      () => void (world.settings.environments.production!.alarms = [ALARM, "nobody-made-it"]),
      /FAILED  alarms: there is no alarm nobody-made-it\n.*monitoring/,
    ],
    [
      "weights are left over",
      () => void world.fake.weights.set(stages.balanced.rule, [90, 10]),
      /FAILED  traffic: the rule \S+ has the weights 90 and 10/,
    ],
    [
      "infrastructure code has set the weights back to the other target group",
      () => void world.fake.weights.set(stages.balanced.rule, [0, 100]),
      /FAILED  traffic: the rule \S+ sends users to \S+api-green\S+, but the running tasks are in \S+api-blue/,
    ],
    [
      "the rule forwards to one target group only",
      () => void world.fake.weights.set(stages.balanced.rule, [100]),
      /FAILED  traffic: the rule \S+ does not forward to both target groups/,
    ],
    [
      "the test rule is gone",
      () => {
        const { loadBalancer } = stages.balanced
        const { advancedConfiguration: advanced } = loadBalancer
        const testListenerRule = `${stages.balanced.rule}0`
        const changed = {
          ...loadBalancer,
          advancedConfiguration: { ...advanced!, testListenerRule },
        }
        serviceIs(definitionWith({}), [changed])
      },
      /FAILED  traffic: the test rule \S+ forwards to neither target group/,
    ],
    [
      "a target group is gone",
      () => {
        const targetGroupArn = `${no}:123456789012:targetgroup/gone/0123456789abcdef`
        serviceIs(definitionWith({}), [{ ...stages.balanced.loadBalancer, targetGroupArn }])
      },
      /FAILED  traffic: there is no target group \S+targetgroup\/gone/,
    ],
    [
      "there is one target group for a strategy that needs two",
      () => {
        const { advancedConfiguration: _, ...plain } = stages.balanced.loadBalancer
        serviceIs(definitionWith({}), [plain])
      },
      /FAILED  traffic: the service has no second target group and listener rule, which canary needs/,
    ],
    [
      "there is no load balancer for a strategy that needs one",
      () => serviceIs(definitionWith({}), []),
      /FAILED  traffic: the service has no second target group/,
    ],
    [
      "a network load balancer would have to shift the traffic",
      async () => {
        const { loadBalancer } = await makeLoadBalancer(world.endpoint, "slow", "TCP")
        serviceIs(definitionWith({}), [loadBalancer])
      },
      /FAILED  traffic: a network load balancer moves traffic in about ten minutes/,
    ],
    [
      "the target groups are in another network",
      () => void (world.settings.environments.production!.vpc = "vpc-0123456789abcdef0"),
      /FAILED  network: \S+ is in vpc-\w+, .* and production is in vpc-0123456789abcdef0/,
    ],
    [
      "its tasks run in the network of another environment",
      () => {
        world.settings.environments.staging!.networks = ["10.1.0.0/16"]
        world.settings.environments.production!.networks = ["10.2.0.0/16"]
      },
      /FAILED  task addresses: tasks are not in the networks of production: 10\.1\.0\.1, which is in staging/,
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
    [
      "a role of the task does not exist",
      () => serviceIs(definitionWith({}, { executionRoleArn })),
      /FAILED  task definition: it needs what is missing: role \S+role\/nobody/,
    ],
    [
      "a log group does not exist",
      () => {
        const options = { "awslogs-group": "/ecs/nobody" }
        serviceIs(definitionWith({ logConfiguration: { logDriver: "awslogs", options } }))
      },
      /it needs what is missing: log group \/ecs\/nobody/,
    ],
    [
      "secrets do not exist, and there is no role that could read them",
      () =>
        serviceIs(
          definitionWith({
            secrets: [
              { name: "PASSWORD", valueFrom: `${secret}:key::` },
              { name: "TOKEN", valueFrom: "/game/gone" },
            ],
          }),
        ),
      new RegExp(
        `missing: an execution role, which secrets need, secret ${secret}, parameter /game/gone`,
      ),
    ],
    [
      "the container has no such port",
      () => serviceIs(definitionWith({ portMappings: [{ containerPort: 9090 }] })),
      /it needs what is missing: port 8080 of app/,
    ],
  ])("it is refused when %s, and nothing is changed", async (_, arrange, line) => {
    const tag = await stages.passStaging()
    await arrange()
    const before = world.fake.ecs.calls.length
    const request = { ...production, tag }
    try {
      const { text, exitCode } = await deploy(world.context(), request, { dryRun: false })
      expect(text).toMatch(line)
      expect(exitCode).toBe(1)
      const shown = await deploy(world.context(), request, { dryRun: true })
      expect(shown.text).toMatch(line)
      expect(shown.exitCode).toBe(1)
    } finally {
      await stages.setAlarm("OK")
      const place = world.settings.environments.production!
      place.alarms = [ALARM]
      place.networks = []
      world.settings.environments.staging!.networks = []
      delete place.account
      delete place.vpc
    }
    const changes = world.fake.ecs.calls.slice(before)
    expect(changes.filter(({ action }) => /^(Register|Update)/.test(action))).toEqual([])
  })

  it.each<[what: string, request: Partial<DeployRequest>, message: RegExp, exitCode: number]>([
    ["image", { tag: "never-pushed" }, /there is no image \S+api:never-pushed\n.*push/, 1],
    ["service", { service: "apj" }, /there is no service "apj".*\n.*did you mean "api"/, 2],
    ["service in ECS", { service: "other" }, /there is no ECS service "other-production"/, 2],
    ["environment", { environment: "prod" }, /there is no environment "prod"/, 2],
    ["cluster", { environment: "elsewhere" }, /there is no ECS cluster "game-elsewhere"/, 2],
  ])("it says that there is no such %s", async (_, changes, message, exitCode) => {
    world.settings.services.push(service("other"))
    world.settings.environments.elsewhere = environment("elsewhere")
    const tag = "first"
    await world.pushImage("other", tag)
    try {
      const request = { ...production, tag, ...changes }
      await expect(deploy(world.context(), request, { dryRun: true })).rejects.toMatchObject({
        ...{ message: expect.stringMatching(message), exitCode },
      })
    } finally {
      world.settings.services.pop()
      delete world.settings.environments.elsewhere
    }
  })

  it("goes on with a warning where only something is not measured", async () => {
    const { tag } = await stages.newImage()
    serviceIs(definitionWith({}), [])
    world.settings.environments.production!.alarms = []
    delete world.settings.environments.production!.after
    try {
      const request = { ...production, tag, strategy: "rolling" as const }
      const { exitCode } = await deploy(world.context(), request, { dryRun: false })
      const warnings = world.said.filter((line) => line.startsWith("warning"))
      expect(warnings.map((line) => line.split(":")[0])).toEqual([
        "warning alarms",
        "warning traffic",
      ])
      expect(exitCode).toBe(0)
    } finally {
      Object.assign(world.settings.environments.production!, { alarms: [ALARM], after: "staging" })
    }
  })

  it("an image that was taken back in the environment before is refused", async () => {
    await stages.passStaging()
    const tag = await stages.passStaging()
    await rollback(world.context(), staging, { dryRun: false })
    const { text, exitCode } = await deploy(
      world.context(),
      { ...production, tag },
      { dryRun: false },
    )
    expect(text).toMatch(
      /FAILED  order: \S+ passed in staging at \S+, but was taken back there since/,
    )
    expect(exitCode).toBe(1)
    await promote(world.context(), production, { dryRun: true })
    expect(world.said.at(-1)).not.toContain(tag)
  })

  it("an image on a stand-in is refused", async () => {
    await world.pushImage("api", "stand-in", { "dev.pipeline.stand-in": "python" })
    const request = { service: "api", environment: "staging", tag: "stand-in" }
    const { text, exitCode } = await deploy(world.context(), request, { dryRun: false })
    expect(text).toContain("built on a stand-in for an official image (python)")
    expect(exitCode).toBe(1)
  })

  it("says which call is not allowed", async () => {
    const { tag } = await stages.newImage()
    world.fake.ecs.fail("UpdateService", "AccessDeniedException", 1)
    const request = { ...staging, tag }
    await expect(deploy(world.context(), request, { dryRun: false })).rejects.toMatchObject({
      message: expect.stringContaining("not allowed: ecs:UpdateService"),
      exitCode: 3,
    })
  })
})

describe("going back by hand", () => {
  /** The digest that a service runs, as the double has it. */
  async function running(): Promise<string> {
    const { image } = await collectStatus(world.context(), "api", "staging")
    return image.digest
  }

  /** Pushes an image, and deploys it to staging. @returns its digest */
  async function pass(): Promise<string> {
    await stages.passStaging()
    return running()
  }

  it("deploys what ran before the current image, and what ran before that the next time", async () => {
    const first = await pass()
    const second = await pass()
    await pass()
    const { text, exitCode } = await rollback(world.context(), staging, { dryRun: false })
    expect(text).toContain("passed")
    expect(exitCode).toBe(0)
    expect(await running()).toBe(second)
    await rollback(world.context(), staging, { dryRun: false })
    expect(await running()).toBe(first)
  })

  it("never deploys an image that was taken back while it was watched", async () => {
    const good = await pass()
    const current = await pass()
    const { tag, digest } = await stages.newImage()
    // ECS is content with it; the watch afterwards is not.
    const bad = await deploy(breaksWhenWatched(), { ...staging, tag }, { dryRun: false })
    expect(bad.text).toContain("rolled-back: 2 failed checks in a row")
    expect(bad.exitCode).toBe(10)
    world.site.status = 200
    expect(await running()).toBe(current)
    await rollback(world.context(), staging, { dryRun: false })
    expect(await running()).toBe(good)
    expect(await running()).not.toBe(digest)
  })

  it("deploys an image that passed here, by its tag", async () => {
    const tag = await stages.passStaging()
    const wanted = await running()
    await pass()
    await pass()
    const shown = await rollback(world.context(), { ...staging, tag }, { dryRun: true })
    expect(shown.text).toContain(`-> ${wanted}`)
    const { exitCode } = await rollback(world.context(), { ...staging, tag }, { dryRun: false })
    expect(exitCode).toBe(0)
    expect(await running()).toBe(wanted)
  })

  it("stops a deployment in progress, which is quickest", async () => {
    const before = await pass()
    const { tag } = await stages.newImage()
    const request = { ...staging, tag, strategy: "blue-green" as const }
    const until = "POST_TEST_TRAFFIC_SHIFT"
    await deploy(world.context(), request, { dryRun: false, until })
    const shown = await rollback(world.context(), staging, { dryRun: true })
    expect(shown.text).toMatch(/^Would stop and roll back arn:/)
    const { text, exitCode } = await rollback(world.context(), staging, { dryRun: false })
    expect(text).toContain("rolled-back: stopped by a caller")
    expect(exitCode).toBe(0)
    expect(await running()).toBe(before)
  })

  it("refuses what never passed here, and says when there is nothing else", async () => {
    const { tag } = await stages.newImage()
    await expect(rollback(world.context(), { ...staging, tag }, { dryRun: false })).rejects.toThrow(
      "never passed in staging",
    )
    await expect(rollback(world.context(), staging, { dryRun: false })).rejects.toThrow(
      "nothing but the current image passed",
    )
  })
})

/** A context in which the service breaks as soon as ECS says that it is deployed. */
function breaksWhenWatched(): Context {
  const context = world.context()
  const { sleep } = context.clock
  context.clock.sleep = async (milliseconds) => {
    await sleep(milliseconds)
    const { calls } = world.fake.ecs
    const starts = calls.filter(({ action }) => action === "UpdateService").length
    const before = starts - started
    const isDone = world.fake.ecs.latest("game-staging", "api-staging").status === "SUCCESSFUL"
    world.site.status = isDone && before === 1 ? 503 : 200
  }
  const started = world.fake.ecs.calls.filter(({ action }) => action === "UpdateService").length
  return context
}
