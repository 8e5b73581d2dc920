import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { deploy } from "../../ci/deploy/src/commands/deploy.js"
import { promote } from "../../ci/deploy/src/commands/promote.js"
import { rollback } from "../../ci/deploy/src/commands/rollback.js"
import type { Stages } from "./stages.js"
import { production, staging, startStages } from "./stages.js"
import { taskDefinition } from "./world.js"
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
  it.each<[what: string, arrange: () => void | Promise<void>, line: RegExp]>([
    [
      "an alarm is red",
      () => stages.setAlarm("ALARM"),
      /FAILED  alarms: in ALARM before it begins/,
    ],
    [
      "weights are left over",
      () => stages.balanced.setWeights(90, 10),
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
    const tag = await stages.passStaging()
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
      await stages.setAlarm("OK")
      await stages.balanced.setWeights(100, 0)
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
  it("deploys what ran before the current image", async () => {
    await stages.passStaging()
    await stages.passStaging()
    const { text, exitCode } = await rollback(world.context(), staging, { dryRun: false })
    expect(text).toContain("passed")
    expect(exitCode).toBe(0)
  })

  it("refuses what never passed here", async () => {
    const { tag } = await stages.newImage()
    await expect(rollback(world.context(), { ...staging, tag }, { dryRun: false })).rejects.toThrow(
      "never passed in staging",
    )
  })
})
