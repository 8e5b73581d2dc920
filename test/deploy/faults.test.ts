import { once } from "node:events"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { deploy } from "../../ci/deploy/src/commands/deploy.js"
import { collectStatus } from "../../ci/deploy/src/commands/status.js"
import { placeOfDeployment, watch } from "../../ci/deploy/src/commands/watch.js"
import type { Context } from "../../ci/deploy/src/context.js"
import { registryLogin } from "../../ci/deploy/src/registry/login.js"
import { Registry } from "../../ci/deploy/src/registry/registry.js"
import { query } from "./load-balancer.js"
import { startGuard } from "./guard.js"
import { buildProgram } from "./program.js"
import type { Stages } from "./stages.js"
import { ALARM, production, staging, startStages } from "./stages.js"
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

/** Does something once, when the deployment to production has come to a share of the traffic. */
function atWeight(weight: number, event: () => void): Context {
  const context = world.context()
  const { sleep } = context.clock
  let isDone = false
  context.clock.sleep = async (milliseconds) => {
    if (!isDone && world.fake.ecs.latest("game-production", "api-production").weight === weight) {
      isDone = true
      event()
    }
    await sleep(milliseconds)
  }
  return context
}

describe("a deployment that can't be looked after any more", () => {
  it.each([
    ["signed out in the middle", "ExpiredTokenException", 1, /does not accept the credentials/],
    ["no longer allowed", "AccessDeniedException", 1, /not allowed: ecs:DescribeServiceDep/],
    ["nothing but errors", "ClientException", 30, /can't be seen any more/],
  ])("ends with 3, and ECS takes it back by itself: %s", async (_, type, times, message) => {
    const tag = await stages.passStaging()
    world.fake.ecs.users.perSecond = 20
    const context = atWeight(10, () =>
      world.fake.ecs.fail("DescribeServiceDeployments", type, times),
    )
    const request = { ...production, tag }
    await expect(deploy(context, request, { dryRun: false })).rejects.toMatchObject({
      ...{ exitCode: 3, message: expect.stringMatching(message) },
    })
    world.fake.ecs.advance(3_600_000)
    const { status } = world.fake.ecs.latest("game-production", "api-production")
    expect(status).toBe("ROLLBACK_SUCCESSFUL")
    expect(world.fake.ecs.users.count(0, Infinity).refused).toBe(0)
    const { text, exitCode } = await watch(world.context(), production)
    expect(text).toContain("timed out")
    expect(exitCode).toBe(10)
  })
})

describe("a program that is killed at a gate", () => {
  it("is taken up again by another, from where it was", async () => {
    const { fake, site, settings } = world
    const tag = await stages.passStaging()
    const place = settings.environments.production!
    const usual = { ...place, gates: { ...place.gates } }
    Object.assign(place, { poll: 1, pause: 3600 })
    place.gates.failures = 1000
    const program = buildProgram(world)
    try {
      fake.traffic.set("api-green", { requests: 500 })
      // Not good enough for the gate, and not yet bad enough to go back.
      site.status = 503
      fake.ecs.now = Date.now()
      fake.speed = 120
      const at = ["--service=api", "--environment=production"]
      const first = program.start("deploy", ...at, `--tag=${tag}`, "--strategy=blue-green")
      const gate = "waits at POST_TEST_TRAFFIC_SHIFT"
      await expect.poll(first.output, { timeout: 30_000 }).toContain(gate)
      first.child.kill("SIGKILL")
      await once(first.child, "exit")
      fake.speed = 0
      expect(first.child.signalCode).toBe("SIGKILL")
      expect(fake.ecs.latest("game-production", "api-production")).toEqual({
        ...{ status: "IN_PROGRESS", stage: "POST_TEST_TRAFFIC_SHIFT", weight: 0 },
      })

      site.status = 200
      fake.speed = 120
      const second = program.start("watch", ...at)
      const [exitCode] = (await once(second.child, "exit")) as [number]
      expect(second.output()).toContain("api to production: passed: 0 % of 500 requests failed")
      expect(exitCode).toBe(0)
    } finally {
      fake.speed = 0
      Object.assign(place, usual)
      program.delete()
    }
  })
})

describe("somebody else who deploys at the same moment", () => {
  it("is left alone, and the deployment says so with 13", async () => {
    const { tag } = await stages.newImage()
    world.fake.ecs.behaviour = { staleLists: 1_000_000 }
    const context = world.context()
    const { sleep } = context.clock
    context.clock.sleep = async (milliseconds) => {
      if (world.fake.ecs.behaviour.staleLists !== undefined) {
        world.fake.ecs.behaviour = {}
        const definition = taskDefinition("api", `${world.registry}/api@sha256:${"3".repeat(64)}`)
        world.fake.ecs.deployByHand("game-staging", "api-staging", definition)
      }
      await sleep(milliseconds)
    }
    const request = { ...staging, tag }
    await expect(deploy(context, request, { dryRun: false })).rejects.toMatchObject({
      ...{ exitCode: 13, message: expect.stringContaining("somebody else deployed api-staging") },
    })
    const stops = world.fake.ecs.calls.filter(({ action }) => action.startsWith("Stop"))
    expect(stops).toEqual([])
  })
})

describe("without any metrics", () => {
  it("a deployment goes on with a warning where that is allowed", async () => {
    const tag = await stages.passStaging()
    const { gates } = world.settings.environments.production!
    gates.inconclusive = "warn"
    try {
      const request = { ...production, tag }
      const { text, exitCode } = await deploy(world.context(), request, { dryRun: false })
      expect(world.said.join("\n")).toMatch(/warning: \w+: inconclusive after \d+ s: 0 of 20/)
      expect(text).toContain("passed: 0 of 20 requests that it takes to tell")
      expect(exitCode).toBe(0)
    } finally {
      gates.inconclusive = "rollback"
    }
  })
})

describe("the watch after a rolling deployment, which ECS is done with", () => {
  const request = { ...production, strategy: "rolling" as const }

  it.each<[what: string, event: () => Promise<void> | void, reason: RegExp]>([
    ["an alarm", () => stages.setAlarm("ALARM"), /rolled-back: alarm: api-production-error-rate/],
    [
      "errors",
      () => void world.fake.traffic.set("api-blue", { requests: 100, errors: 6 }),
      /rolled-back: 6 % of 100 requests failed, more than 5 %/,
    ],
    [
      "unhealthy targets",
      () => void world.fake.targets.set("api-blue", [{ id: "10.1.0.9", state: "unhealthy" }]),
      /rolled-back: 1 unhealthy targets in 2 looks in a row/,
    ],
    ["transactions", () => void (world.site.status = 500), /rolled-back: 2 failed checks in a row/],
  ])("ends in a deployment of the last good revision: %s", async (_, event, reason) => {
    const tag = await stages.passStaging()
    const { image: before } = await collectStatus(world.context(), "api", "production")
    const context = world.context()
    const { sleep } = context.clock
    const updates = () =>
      world.fake.ecs.calls.filter(({ action }) => action === "UpdateService").length
    const first = updates() + 1
    let isDone = false
    context.clock.sleep = async (milliseconds) => {
      await sleep(milliseconds)
      const { status } = world.fake.ecs.latest("game-production", "api-production")
      if (!isDone && status === "SUCCESSFUL" && updates() === first) {
        isDone = true
        await event()
      }
      if (updates() === first) return
      // The last good revision is all right.
      world.site.status = 200
      world.fake.targets.clear()
    }
    const { text, exitCode } = await deploy(context, { ...request, tag }, { dryRun: false })
    await stages.setAlarm("OK")
    expect(text).toMatch(reason)
    expect(world.said.join("\n")).toContain("returning to arn:")
    expect(exitCode).toBe(10)
    const { image } = await collectStatus(world.context(), "api", "production")
    expect(image.digest).toBe(before.digest)
  })
})

describe("a target group that no load balancer is known of", () => {
  it("gives no numbers, which is not the same as good ones", async () => {
    const { balanced } = stages
    const group = await query(world.endpoint, "elasticloadbalancing", {
      ...{ Action: "CreateTargetGroup", Version: "2015-12-01", Name: `alone-${Date.now() % 1e6}` },
      ...{ Protocol: "HTTP", Port: "8080", VpcId: balanced.vpc, TargetType: "ip" },
    })
    const targetGroupArn = /<TargetGroupArn>([^<]+)/.exec(group)?.[1] ?? ""
    const { advancedConfiguration } = balanced.loadBalancer
    const alone = {
      ...balanced.loadBalancer,
      targetGroupArn,
      advancedConfiguration: { ...advancedConfiguration!, alternateTargetGroupArn: targetGroupArn },
    }
    delete (alone.advancedConfiguration as { testListenerRule?: string }).testListenerRule
    const definition = taskDefinition("api", `${world.registry}/api@sha256:${"5".repeat(64)}`)
    world.fake.ecs.addService("game-production", "api-production", definition, {
      loadBalancers: [alone],
    })
    const tag = await stages.passStaging()
    const request = { ...production, tag, strategy: "rolling" as const }
    const { text } = await deploy(world.context(), request, { dryRun: false })
    expect(text).toContain("passed: 0 of 20 requests that it takes to tell")
  })
})

describe("ECR", () => {
  it("is signed in to as whoever uses AWS", async () => {
    const host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    // What the emulator gives as token.
    const guarded = await startGuard(world.registry, "AWS:123456789012-auth-token")
    try {
      const settings = { ...world.settings, registry: `${host}/game` }
      const login = registryLogin(world.aws, settings, undefined)
      const registry = new Registry({ login, address: guarded.url })
      const { tag, digest } = await stages.newImage()
      const context = { ...world.context(), settings, registry }
      const { text, exitCode } = await deploy(context, { ...staging, tag }, { dryRun: false })
      expect(text).toContain(`image: ${host}/game/api@${digest}`)
      expect(exitCode).toBe(0)
      expect(guarded.refused()).toBe(1)
    } finally {
      await guarded.stop()
    }
  })
})

describe("what ECS does", () => {
  it("is believed when an alarm rolls it back at the second step", async () => {
    const tag = await stages.passStaging()
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
    const tag = await stages.passStaging()
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
    const tag = await stages.passStaging()
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
    const tag = await stages.passStaging()
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
    const tag = await stages.passStaging()
    world.fake.ecs.behaviour = { staleLists: 4, strangeNames: true }
    world.fake.ecs.fail("DescribeServiceDeployments", "ThrottlingException", 2)
    world.fake.traffic.set("api-green", { requests: 500 })
    const { exitCode } = await deploy(world.context(), { ...production, tag }, { dryRun: false })
    expect(world.said.join("\n")).toContain("SOMETHING_NEW A_NEW_STAGE")
    expect(exitCode).toBe(0)
  })

  it("goes back by itself when nobody answers while it waits", async () => {
    const tag = await stages.passStaging()
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

  it.each([
    [
      "arn:aws:ecs:eu-central-1:123456789012:service-deployment/elsewhere/api-staging/1",
      /no service/,
    ],
    [
      "arn:aws:ecs:us-east-1:123456789012:service-deployment/game-staging/api-staging/1",
      /no service/,
    ],
    ["api-staging", /no service in pipeline.yaml's environments\nnext: give --service/],
  ])("belongs to nothing that is known: %s", (arn, message) => {
    expect(() => placeOfDeployment(world.settings, arn)).toThrow(message)
  })

  it("is resumed where it was left", async () => {
    const tag = await stages.passStaging()
    world.fake.traffic.set("api-green", { requests: 500 })
    const until = "PRE_PRODUCTION_TRAFFIC_SHIFT"
    const left = await deploy(world.context(), { ...production, tag }, { dryRun: false, until })
    const [deployment = ""] = /arn:\S+/.exec(left.text) ?? []
    const place = placeOfDeployment(world.settings, deployment)
    expect(place).toEqual(production)
    const { text, exitCode } = await watch(world.context(), { ...place, deployment })
    expect(text).toContain("api to production: passed")
    expect(exitCode).toBe(0)
  })
})

describe("the first deployment ever", () => {
  it("fails as one that can't be taken back", async () => {
    const { tag, digest } = await stages.newImage()
    const definition = taskDefinition("api", `${world.registry}/api@${digest}`)
    world.fake.ecs.addService("game-staging", "api-staging", definition, { neverPassed: true })
    world.fake.ecs.behaviour = { crashes: true }
    const { text, exitCode } = await deploy(world.context(), { ...staging, tag }, { dryRun: false })
    expect(text).toMatch(/rollback-failed: the rollback is not done after \d+ s/)
    expect(text).toContain("stopped tasks:")
    expect(text).not.toContain("hunter2")
    expect(exitCode).toBe(11)
  })
})

describe("those who are told", () => {
  it("hear of the start and the end, and change nothing when they can't be reached", async () => {
    const { tag } = await stages.newImage()
    const request = { ...staging, tag }
    world.site.requests.length = 0
    await deploy(world.context({ webhook: `${world.site.url}/hook` }), request, { dryRun: false })
    const told = world.site.requests.filter(({ path }) => path === "/hook")
    expect(told.map(({ body }) => (JSON.parse(body) as { text: string }).text)).toEqual([
      expect.stringContaining("began, rolling"),
      expect.stringContaining("passed"),
    ])
    const { tag: next } = await stages.newImage()
    const context = world.context({ webhook: "http://127.0.0.1:9/secret-path" })
    const outcome = await deploy(context, { ...request, tag: next }, { dryRun: false })
    expect(outcome.exitCode).toBe(0)
    expect(world.said.join("\n")).toContain("warning: webhook was not told")
    expect(world.said.join("\n")).not.toContain("secret-path")
  })

  it("can be GitHub and an SNS topic", async () => {
    const place = world.settings.environments.staging
    const created = await query(world.endpoint, "sns", {
      ...{ Action: "CreateTopic", Version: "2010-03-31", Name: "deployments" },
    })
    const topic = /<TopicArn>([^<]+)/.exec(created)?.[1] ?? ""
    const github = { github: "example/game", githubApi: `${world.site.url}/api` }
    place!.notify = { ...github, sns: topic }
    world.site.requests.length = 0
    const { tag } = await stages.newImage()
    const request = { ...staging, tag }
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
    place!.notify = { ...github, github: "example/gone", sns: `${topic}-that-is-gone` }
    const { tag: next } = await stages.newImage()
    const outcome = await deploy(context, { ...request, tag: next }, { dryRun: false })
    expect(outcome.exitCode).toBe(0)
    expect(world.said.join("\n")).toContain("warning: SNS was not told")
    expect(world.said.join("\n")).toMatch(
      /warning: GitHub was not told: 127\.0\.0\.1:\d+ answered 404/,
    )
  })
})
