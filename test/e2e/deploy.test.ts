import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeLoadBalancer } from "../deploy/load-balancer.js"
import { startWorld, taskDefinition } from "../deploy/world.js"
import type { World } from "../deploy/world.js"
import type { Outcome, TestRepository } from "./repository.js"
import { exampleRepository } from "./repository.js"

const ENVIRONMENTS = `
environments:
  staging: &all
    cluster: game-staging
    region: eu-central-1
    watch: 1
    poll: 1
    url: http://aws:{port}/game
    test_url: http://aws:{port}/game
    gates: { min_requests: 10, patience: 5 }
  production:
    <<: *all
    cluster: game-production
    after: staging
    strategy: canary
    traffic: { percent: 10, bake: 60 }
`
/** A minute of ECS takes a second and a half. */
const SPEED = 40

let world: World
let repository: TestRepository
let access: string

beforeAll(async () => {
  world = await startWorld()
  repository = exampleRepository()
  const { port } = new URL(world.endpoint)
  repository.append("pipeline.yaml", ENVIRONMENTS.replaceAll("{port}", port))
  const credentials = { Version: 1, AccessKeyId: "test", SecretAccessKey: "test" }
  writeFileSync(join(repository.path, ".git/aws.json"), JSON.stringify(credentials))
  const [registry = ""] = world.registry.split("/")
  access = [
    ...["--aws=file://.git/aws.json", `--aws-endpoint=tcp://127.0.0.1:${port}`],
    ...[`--registry=${world.registry}`, `--registry-endpoint=tcp://${registry}`],
  ].join(" ")
  const image = `${world.registry}/api@${await world.pushImage("api", "before")}`
  const { loadBalancer } = await makeLoadBalancer(world.endpoint, "api")
  for (const name of ["staging", "production"])
    world.fake.ecs.addService(`game-${name}`, `api-${name}`, taskDefinition("api", image), {
      loadBalancers: [loadBalancer],
    })
  world.fake.speed = SPEED
})
afterAll(async () => {
  repository?.delete()
  await world?.stop()
})

/** Types a call of a function for the service api. */
function call(line: string): Promise<Outcome> {
  const [name, ...rest] = line.split(" ")
  return repository.shell(`dagger call ${name} --service=api ${rest.join(" ")} ${access}`)
}

describe("an image on its way to production", () => {
  it("passes staging, is promoted by its digest, and runs", async () => {
    const digest = await world.pushImage("api", "good")
    world.fake.traffic.set("api-green", { requests: 100 })
    world.fake.traffic.set("api-blue", { requests: 100 })
    const early = await call("deploy --tag=good --environment=production")
    expect(early.output).toContain("has not passed in staging")
    expect(early.exitCode).toBe(1)
    const staging = await call("deploy --tag=good --environment=staging")
    expect(staging.stdout).toContain("api to staging: passed: 0 % of 100 requests failed")
    expect(staging.exitCode).toBe(0)
    const production = await call("promote --environment=production")
    expect(production.stdout).toContain(`@${digest}`)
    expect(production.exitCode).toBe(0)
  })

  it("is rolled back as a canary that fails, with exit code 10", async () => {
    await world.pushImage("api", "bad")
    world.fake.traffic.set("api-blue", { requests: 100 })
    world.fake.traffic.set("api-green", { requests: 100 })
    const staging = await call("deploy --tag=bad --environment=staging")
    expect(staging.exitCode).toBe(0)
    // The new tasks are in the other target group this time.
    world.fake.traffic.set("api-blue", { requests: 100, errors: 20 })
    const production = await call("promote --environment=production")
    expect(production.output).toContain("20 % of 100 requests failed, more than 5 %")
    expect(production.exitCode).toBe(10)
    const status = await call("status --environment=production --format=json")
    const { deployments, tasks } = JSON.parse(status.stdout) as {
      deployments: { status: string }[]
      tasks: object
    }
    expect(deployments[0]?.status).toBe("ROLLBACK_SUCCESSFUL")
    expect(tasks).toEqual({ running: 2, desired: 2, pending: 0 })
  })
})
