import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { deployAllChanged } from "../../ci/deploy/src/commands/all-changed.js"
import { deploy } from "../../ci/deploy/src/commands/deploy.js"
import { deployments } from "../../ci/deploy/src/commands/deployments.js"
import { collectStatus, status } from "../../ci/deploy/src/commands/status.js"
import { supportBundle } from "../../ci/deploy/src/commands/support-bundle.js"
import { transactions } from "../../ci/deploy/src/commands/transactions.js"
import { readDeployments } from "../../ci/report/src/deployments.js"
import { makeLoadBalancer } from "./load-balancer.js"
import { callLogs, environment, service, startWorld, taskDefinition } from "./world.js"
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

  it("are deployed side by side, but no more at once than is allowed", async () => {
    const tag = await release("world", "api", "profile")
    const graph = world.settings.services.map((each) => each.dependsOn)
    for (const each of world.settings.services) each.dependsOn = []
    const { staging } = world.settings.environments
    staging!.jobs = 2
    const context = world.context()
    const { sleep } = context.clock
    let most = 0
    context.clock.sleep = async (milliseconds) => {
      const states = NAMES.map((name) => world.fake.ecs.latest("game-staging", `${name}-staging`))
      const busy = states.filter(({ status }) => /PENDING|IN_PROGRESS/.test(status)).length
      most = Math.max(most, busy)
      await sleep(milliseconds)
    }
    const request = { environment: "staging", tag }
    const { text } = await deployAllChanged(context, request, { dryRun: false, atomic: false })
    staging!.jobs = 1
    world.settings.services.forEach((each, index) => (each.dependsOn = graph[index] ?? []))
    expect(text).toContain("3 of 3 changed services passed")
    expect(most).toBe(2)
  })

  it("are not begun when one of them is refused; and are only shown with --dry-run", async () => {
    const tag = await release("world", "api")
    const definition = taskDefinition("api", `${world.registry}/api@sha256:${"a".repeat(64)}`)
    world.fake.ecs.deployByHand("game-staging", "api-staging", definition)
    const before = world.fake.ecs.calls.length
    const request = { environment: "staging", tag }
    const options = { dryRun: false, atomic: false }
    const refused = await deployAllChanged(world.context(), request, options)
    expect(refused.text).toContain("api to staging: not begun, nothing was changed")
    expect(refused.text).toContain("not begun: world")
    expect(refused.exitCode).toBe(1)
    world.fake.ecs.advance(60_000)
    const shown = await deployAllChanged(world.context(), request, { ...options, dryRun: true })
    expect(shown.text).toContain("Would deploy api")
    expect(shown.text).toContain("Would deploy world")
    expect(shown.exitCode).toBe(0)
    expect(deployedSince(before)).toEqual([])
  })

  it("leave out those that have no image of the commit, or are not there", async () => {
    const tag = await release("world")
    world.settings.services.push(service("new"))
    await world.pushImage("new", tag)
    const request = { environment: "staging", tag }
    const options = { dryRun: false, atomic: false }
    const { text, exitCode } = await deployAllChanged(world.context(), request, options)
    world.settings.services.pop()
    expect(text).toContain("1 of 1 changed services passed")
    expect(text).toMatch(/left out: api: there is no image \S+api:commit/)
    expect(text).toMatch(/left out: new: there is no ECS service "new-staging"/)
    expect(exitCode).toBe(0)
  })

  it("keep what their task definitions have besides the image, tags too", async () => {
    const tag = await release("profile")
    const { fake, registry } = world
    const tags = [{ key: "team", value: "players" }]
    const image = `${registry}/profile@sha256:${"6".repeat(64)}`
    const definition = { ...taskDefinition("profile", image), tags, cpu: "256" }
    fake.ecs.deployByHand("game-staging", "profile-staging", definition)
    fake.ecs.advance(60_000)
    const request = { service: "profile", environment: "staging", tag }
    await deploy(world.context(), request, { dryRun: false })
    const { input } = fake.ecs.calls.findLast(({ action }) => action === "RegisterTaskDefinition")!
    expect(input).toMatchObject({ tags, cpu: "256", family: "profile", networkMode: "awsvpc" })
    expect(Object.keys(input)).not.toContain("revision")
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

  it("shows the end of the logs, of tasks that stopped too, however much was written before", async () => {
    const [first] = taskDefinition("world", `${world.registry}/world@sha256:${"7".repeat(64)}`)
      .containerDefinitions as object[]
    const options = { "awslogs-group": "/ecs/world", "awslogs-stream-prefix": "ecs" }
    const container = { ...first, logConfiguration: { logDriver: "awslogs", options } }
    const definition = { family: "world", containerDefinitions: [container] }
    world.fake.ecs.behaviour = { crashes: true }
    await callLogs(world, "CreateLogGroup", { logGroupName: "/ecs/world" })
    world.fake.ecs.deployByHand("game-staging", "world-staging", definition)
    world.fake.ecs.advance(60_000)
    const { stopped } = await collectStatus(world.context(), "world", "staging")
    const [, task = ""] = /^(\S+) Essential/.exec(stopped[0] ?? "") ?? []
    const stream = { logGroupName: "/ecs/world", logStreamName: `ecs/app/${task}` }
    await callLogs(world, "CreateLogStream", stream)
    // More than one page of what CloudWatch gives from the front.
    const timestamp = Date.now() - 60_000
    const logEvents = Array.from({ length: 1500 }, (_, index) => ({
      ...{ timestamp: timestamp + index, message: `line ${index}` },
    }))
    await callLogs(world, "PutLogEvents", { ...stream, logEvents })
    const last = [{ timestamp: timestamp + 2000, message: "FATAL password=hunter2-secret\n" }]
    await callLogs(world, "PutLogEvents", { ...stream, logEvents: last })
    const { log } = await collectStatus(world.context(), "world", "staging")
    expect(log[0]).toBe(`== ecs/app/${task}`)
    expect(log).toHaveLength(41)
    expect(log.at(-2)).toMatch(/Z line 1499$/)
    expect(log.at(-1)).toMatch(/Z FATAL password=/)
    expect(log.at(-1)).not.toContain("hunter2")
  })

  it("names what it could not look at", async () => {
    world.fake.ecs.fail("ListTasks", "AccessDeniedException", 1)
    const { text } = await status(world.context(), { ...place, format: "text" })
    expect(text).toMatch(/NOT LOOKED AT:\n {2}stopped tasks: not allowed: ecs:ListTasks/)
  })
})

describe("a folder for a ticket", () => {
  it("has the status, the task definition and the history, and no secret", async () => {
    const out = mkdtempSync(join(tmpdir(), "pipeline-bundle-"))
    const [first] = taskDefinition("api", `${world.registry}/api@sha256:${"9".repeat(64)}`)
      .containerDefinitions as object[]
    const variables = [{ name: "GREETING", value: "correct horse battery staple" }]
    const containerDefinitions = [{ ...first, environment: variables }]
    world.fake.ecs.deployByHand("game-staging", "api-staging", {
      ...{ family: "api", containerDefinitions },
    })
    world.fake.ecs.fail("ListTasks", "AccessDeniedException", 1)
    try {
      await supportBundle(world.context(), { ...place, out })
      const read = (file: string) => readFileSync(join(out, file), "utf8")
      expect(readdirSync(out).sort()).toEqual([
        ...["history.json", "history.txt", "log.txt", "status.json", "status.txt"],
        "task-definition.json",
      ])
      expect(read("status.txt")).toMatch(/NOT LOOKED AT:\n {2}\w[\w ]*: not allowed: ecs:ListTasks/)
      expect(JSON.parse(read("status.json"))).toMatchObject({
        ...place,
        missing: [expect.any(String)],
      })
      expect(read("task-definition.json")).toContain('"GREETING"')
      expect(read("history.txt")).toContain("passed")
      for (const file of readdirSync(out)) {
        expect(read(file)).not.toContain("correct horse")
        expect(read(file)).not.toContain("hunter2")
      }
    } finally {
      rmSync(out, { recursive: true })
    }
  })
})

describe("the history", () => {
  it("says who deployed what with which verdict", async () => {
    const { text } = await deployments(world.context(), { ...place, format: "text", limit: 10 })
    expect(text).toMatch(/rolled-back +commit-\d+ sha256:\w+ rolling by arn:aws:sts::/)
    expect(text).toMatch(/passed +commit-1 /)
    expect(text).toMatch(/did not pass, or taken back: [\d.]+ %/)
  })

  it("is of all services too, and report.html can show it", async () => {
    const request = { service: "all", environment: "staging", limit: 10 }
    const { text } = await deployments(world.context(), { ...request, format: "json" })
    const file = join(mkdtempSync(join(tmpdir(), "pipeline-history-")), "history.json")
    writeFileSync(file, text)
    const history = readDeployments(file)
    rmSync(dirname(file), { recursive: true })
    const services = new Set(history.records.map(({ service }) => service))
    expect([...services].sort()).toEqual(NAMES)
    const times = history.records.map(({ ended }) => ended)
    expect(times).toEqual([...times].sort().reverse())
    expect(history.figures.deployments).toBe(
      history.records.filter(({ rollback }) => !rollback).length,
    )
    const lines = (await deployments(world.context(), { ...request, format: "text" })).text
    expect(lines).toMatch(/^profile .* passed +commit-1 /m)
    expect(lines).toMatch(/\d+ deployments of all services to staging/)
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
