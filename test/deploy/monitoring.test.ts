import { fileURLToPath } from "node:url"
import { format } from "prettier"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { monitoring } from "../../ci/deploy/src/commands/monitoring.js"
import { collectStatus } from "../../ci/deploy/src/commands/status.js"
import type { DashboardBody } from "../../ci/deploy/src/monitoring/dashboard.js"
import { alarmsOf } from "../../ci/deploy/src/monitoring/alarms.js"
import type { Watched } from "../../ci/deploy/src/monitoring/alarms.js"
import {
  dashboardName,
  dashboardOf,
  MOST_WIDGETS,
  overviewsOf,
} from "../../ci/deploy/src/monitoring/dashboard.js"
import { readTraffic } from "../../ci/deploy/src/gates/metrics.js"
import { dashboardPicture } from "./dashboard-picture.js"
import { makeLoadBalancer, query } from "./load-balancer.js"
import { callLogs, environment, service, startWorld, taskDefinition } from "./world.js"
import type { World } from "./world.js"

const PICTURE = fileURLToPath(new URL("../../docs/images/dashboard.svg", import.meta.url))

let world: World

beforeAll(async () => {
  world = await startWorld()
  const { settings, fake, registry } = world
  settings.services.push(service("api"), service("worker"), service("elsewhere"))
  settings.environments.staging = environment("staging")
  const { loadBalancer } = await makeLoadBalancer(world.endpoint, "api")
  fake.ecs.addService("game-staging", "api-staging", definition("api", "/ecs/api-staging"), {
    loadBalancers: [loadBalancer],
  })
  fake.ecs.addService("game-staging", "worker-staging", definition("worker", "/other"))
  function definition(name: string, group: string) {
    const made = taskDefinition(name, `${registry}/${name}@sha256:${"8".repeat(64)}`)
    const [first] = made.containerDefinitions as object[]
    const logConfiguration = { logDriver: "awslogs", options: { "awslogs-group": group } }
    return { ...made, containerDefinitions: [{ ...first, logConfiguration }] }
  }
}, 180_000)
afterAll(() => world?.stop())
beforeEach(() => void (world.said.length = 0))

function run(action: string, name = "api") {
  return monitoring(world.context(), { service: name, environment: "staging", action })
}

/** Changes something in CloudWatch by hand. */
function byHand(parameters: Record<string, string>) {
  return query(world.endpoint, "monitoring", { Version: "2010-08-01", ...parameters })
}

describe("monitoring of a service", () => {
  it("is planned, made, and then as it is to be", async () => {
    const planned = await run("plan")
    expect(planned.text.split("\n")).toEqual([
      "+ alarm api-staging-cpu",
      "+ alarm api-staging-memory",
      "+ alarm api-staging-error-rate",
      "+ alarm api-staging-latency-p95",
      "+ alarm api-staging-latency-p99",
      "+ alarm api-staging-unhealthy-targets",
      "+ dashboard api-staging",
      "+ log group /ecs/api-staging",
      "+ metric filter api-staging-log-errors",
      "monitoring of api in staging: 9 would change",
    ])
    expect(planned.exitCode).toBe(0)
    expect((await run("plan")).text).toBe(planned.text)
    expect((await run("verify")).exitCode).toBe(1)
    expect((await run("apply")).exitCode).toBe(0)
    const good = { text: "monitoring of api in staging: as it is to be", exitCode: 0 }
    expect(await run("verify")).toEqual(good)
    expect(await run("apply")).toEqual(good)
  })

  it.each<[what: string, change: () => Promise<unknown>, lines: string[]]>([
    [
      "an alarm's limit",
      () =>
        byHand({
          ...{ Action: "PutMetricAlarm", AlarmName: "api-staging-cpu", Threshold: "99" },
          ...{ MetricName: "CPUUtilization", Namespace: "AWS/ECS", Statistic: "Average" },
          ...{ ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: "5", Period: "60" },
          ...{ TreatMissingData: "notBreaching", DatapointsToAlarm: "5" },
        }),
      ["~ alarm api-staging-cpu", "    Threshold: 99 -> 90"],
    ],
    [
      "whether an alarm tells anybody",
      () => byHand({ Action: "DisableAlarmActions", "AlarmNames.member.1": "api-staging-memory" }),
      ["~ alarm api-staging-memory", "    ActionsEnabled: false -> true"],
    ],
    [
      "that an alarm is there",
      () => byHand({ Action: "DeleteAlarms", "AlarmNames.member.1": "api-staging-error-rate" }),
      ["+ alarm api-staging-error-rate"],
    ],
    [
      "the dashboard",
      () =>
        byHand({
          ...{ Action: "PutDashboard", DashboardName: "api-staging" },
          DashboardBody: JSON.stringify({ widgets: [] }),
        }),
      ["~ dashboard api-staging"],
    ],
    [
      "how long logs are kept",
      () =>
        callLogs(world, "PutRetentionPolicy", {
          ...{ logGroupName: "/ecs/api-staging", retentionInDays: 7 },
        }),
      ["~ log group /ecs/api-staging", "    retentionInDays: 7 -> 30"],
    ],
    [
      "what counts as an error",
      () =>
        callLogs(world, "PutMetricFilter", {
          ...{ logGroupName: "/ecs/api-staging", filterName: "api-staging-log-errors" },
          filterPattern: "nothing",
          metricTransformations: [
            { metricName: "x", metricNamespace: "y", metricValue: "1", defaultValue: 0 },
          ],
        }),
      [
        "~ metric filter api-staging-log-errors",
        '    filterPattern: "nothing" -> "?ERROR ?CRITICAL"',
      ],
    ],
  ])("shows that somebody changed %s, and puts it right", async (_, change, lines) => {
    await run("apply")
    await change()
    const drifted = await run("verify")
    for (const line of lines) expect(drifted.text.split("\n")).toContain(line)
    expect(drifted.exitCode).toBe(1)
    await run("apply")
    expect((await run("verify")).exitCode).toBe(0)
  })

  it("shows in the status how its alarms are, those too that no deployment heeds", async () => {
    await run("apply")
    await byHand({
      ...{ Action: "SetAlarmState", AlarmName: "api-staging-memory", StateValue: "ALARM" },
      StateReason: "test",
    })
    world.settings.environments.staging!.alarms = ["api-staging-cpu", "nobody"]
    const { alarms } = await collectStatus(world.context(), "api", "staging")
    world.settings.environments.staging!.alarms = []
    expect(alarms.slice(0, 2).map(({ name }) => name)).toEqual(["api-staging-cpu", "nobody"])
    expect(alarms).toContainEqual({ name: "nobody", state: "missing" })
    expect(alarms).toContainEqual({ name: "api-staging-memory", state: "ALARM" })
    expect(new Set(alarms.map(({ name }) => name)).size).toBe(alarms.length)
  })

  it("deletes nothing that it was not asked for", async () => {
    await byHand({
      ...{ Action: "PutMetricAlarm", AlarmName: "api-staging-of-somebody", MetricName: "x" },
      ...{ Namespace: "x", ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: "1" },
      ...{ Period: "60", Statistic: "Sum", Threshold: "1" },
    })
    await run("apply")
    const all = await byHand({ Action: "DescribeAlarms" })
    expect(all).toContain("<AlarmName>api-staging-of-somebody</AlarmName>")
  })

  it("says what can't be watched without a target group, and that logs go elsewhere", async () => {
    const { text, exitCode } = await run("plan", "worker")
    expect(text.split("\n")).toEqual([
      "+ alarm worker-staging-cpu",
      "+ alarm worker-staging-memory",
      "+ dashboard worker-staging",
      "+ log group /ecs/worker-staging",
      "+ metric filter worker-staging-log-errors",
      "note: worker has no target group, so nothing counts its requests: cpu and memory only",
      expect.stringMatching(/^note: containers of worker write to the log group \/other, not to/),
      "monitoring of worker in staging: 5 would change",
    ])
    expect(exitCode).toBe(0)
  })
})

describe("monitoring of all services", () => {
  it("has a dashboard of all of them, and names those that are left out", async () => {
    const { settings, fake } = world
    settings.services.push(service("wide"))
    const loadBalancers = await Promise.all(
      ["wide-one", "wide-two"].map((name) => makeLoadBalancer(world.endpoint, name)),
    )
    fake.ecs.addService("game-staging", "wide-staging", taskDefinition("wide", "wide@sha256:0"), {
      loadBalancers: loadBalancers.map(({ loadBalancer }) => loadBalancer),
    })
    await run("apply", "all")
    const { text, exitCode } = await run("verify", "all")
    expect(text.split("\n")).toEqual([
      expect.stringMatching(/^note: left out: elsewhere: there is no ECS service/),
      "note: left out: wide: wide has 4 target groups in staging, and an alarm can add up 3",
      expect.stringMatching(/^note: worker has no target group/),
      expect.stringMatching(/^note: containers of worker write to/),
      "monitoring of all services in staging: as it is to be",
    ])
    expect(exitCode).toBe(0)
    const shown = await byHand({ Action: "GetDashboard", DashboardName: "overview-staging" })
    expect(shown).toContain("api: error rate (%)")
  })
})

/** A service with the two target groups that take turns. */
function watched(name: string): Watched {
  const group = (colour: string) => ({
    targetGroup: `targetgroup/${name}-${colour}/0123456789abcdef`,
    loadBalancer: "app/game/0123456789abcdef",
  })
  return {
    ...{ service: name, cluster: "game-production", ecsService: `${name}-production` },
    environment: environment("production"),
    groups: [group("blue"), group("green")],
  }
}

describe("a dashboard", () => {
  const body = dashboardOf(watched("api"), "222222222222")

  it("is the golden one, and looks like the picture in the docs", async () => {
    const json = await format(JSON.stringify(body), { parser: "json", printWidth: 100 })
    await expect(json).toMatchFileSnapshot("golden/dashboard.json")
    await expect(dashboardPicture(body)).toMatchFileSnapshot(PICTURE)
  })

  it("draws nothing over anything else, in 24 columns, with names that are used once", () => {
    expectSound(body)
    for (const { properties } of body.widgets) {
      const options = (properties.metrics ?? []).map((line) => line.at(-1))
      const ids = options.flatMap((each) => (typeof each === "object" && each.id ? [each.id] : []))
      expect(new Set(ids).size).toBe(ids.length)
      for (const each of options)
        if (typeof each === "object" && each.expression !== undefined)
          for (const [name] of each.expression.matchAll(/\b[a-z]_\w+/g)) expect(ids).toContain(name)
    }
  })

  it("of many services becomes several, each within CloudWatch's limit", () => {
    const all = Array.from({ length: 400 }, (_, index) => watched(`service-${index}`))
    const pages = overviewsOf("production", all)
    expect([...pages.keys()]).toEqual([
      "overview-production",
      "overview-production-2",
      "overview-production-3",
    ])
    for (const page of pages.values()) {
      expect(page.widgets.length).toBeLessThanOrEqual(MOST_WIDGETS)
      expectSound(page)
    }
    const titles = [...pages.values()].flatMap(({ widgets }) => widgets.map(titleOf))
    expect(titles.filter((title) => title?.endsWith("error rate (%)"))).toHaveLength(400)
  })

  it("has no dots in its name, which CloudWatch refuses", () => {
    expect(dashboardName("kb.v2-staging")).toBe("kb_v2-staging")
  })
})

describe("the alarm on errors", () => {
  it("looks at the counters that the gates look at, with the same guard, of both target groups", async () => {
    const asked: unknown[] = []
    const { groups, environment: place } = watched("api")
    const aws = {
      call: (_: string, input: { MetricDataQueries: { MetricStat: object }[] }) => {
        asked.push(...input.MetricDataQueries.map(({ MetricStat }) => MetricStat))
        return Promise.resolve({})
      },
    }
    for (const group of groups) await readTraffic(aws as never, group, 0, 1)
    const alarm = alarmsOf(watched("api"))["error-rate"]!
    const stats = alarm.Metrics!.flatMap(({ MetricStat }) => MetricStat ?? [])
    expect(asked).toEqual(expect.arrayContaining(stats))
    expect(stats).toHaveLength(6)
    expect(alarm.Threshold).toBe(place.gates.errorRate)
    const { Expression = "" } = alarm.Metrics!.find(({ ReturnData }) => ReturnData)!
    const rate = (requests: number, errors: number, refused: number) =>
      evaluate(Expression, {
        ...{ req0: requests, err0x0: errors, err0x1: refused, req1: 0, err1x0: 0, err1x1: 0 },
      })
    // As judgeTraffic has it: 10 of the 100 were taken by nobody, 5 more were answered with an error.
    expect(rate(90, 5, 10)).toBe(15)
    expect(rate(9, 9, 10)).toBe(0)
    expect(rate(0, 0, 0)).toBe(0)
  })

  it("can't be made for more target groups than a formula takes", () => {
    const { groups, ...rest } = watched("api")
    expect(() => alarmsOf({ ...rest, groups: [...groups, ...groups] })).toThrow(
      "api has 4 target groups in production, and an alarm can add up 3",
    )
  })
})

/** The part of CloudWatch's formulas that is used, as JavaScript. */
function evaluate(formula: string, values: Record<string, number>): number {
  const names = ["IF", "FILL", ...Object.keys(values)]
  const functions = [
    (condition: boolean, yes: number, no: number) => (condition ? yes : no),
    (value: number | undefined, other: number) => value ?? other,
  ]
  const run = new Function(...names, `return ${formula}`) as (...all: unknown[]) => number
  return run(...functions, ...Object.values(values))
}

function titleOf({ properties }: DashboardBody["widgets"][number]): string | undefined {
  return properties.title
}

function expectSound({ widgets }: DashboardBody): void {
  const cells = new Set<string>()
  for (const { x, y, width, height } of widgets) {
    expect(x + width).toBeLessThanOrEqual(24)
    for (let column = x; column < x + width; column += 1)
      for (let line = y; line < y + height; line += 1) {
        const cell = `${column} ${line}`
        expect(cells.has(cell)).toBe(false)
        cells.add(cell)
      }
  }
}
