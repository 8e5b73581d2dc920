import { randomUUID } from "node:crypto"
import { chmodSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Status } from "../../ci/deploy/src/commands/status.js"
import { makeLoadBalancer } from "../deploy/load-balancer.js"
import { startWorld, taskDefinition } from "../deploy/world.js"
import type { World } from "../deploy/world.js"
import type { Outcome, TestRepository } from "./repository.js"
import { exampleRepository } from "./repository.js"
import type { JobOutcome } from "./workflow.js"
import { runJob } from "./workflow.js"

/** Next to nothing, and on no base image: one on a stand-in would not be deployed. */
const FILES = {
  "services.json": JSON.stringify([
    {
      ...{ name: "note", path: "note", dockerfile: "Dockerfile", language: "python" },
      ...{ test_command: "true", test: { allow_no_tests: true } },
      deploy: { transactions: [{ name: "alive", steps: [{ path: "/" }] }] },
    },
  ]),
  "pipeline.yaml": `
scan: { in_ci: false }
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
`,
  "note/Dockerfile": 'FROM scratch\nUSER 10001\nCOPY note.txt /note.txt\nCMD ["/note.txt"]\n',
}
/** A minute of ECS takes a second and a half. */
const SPEED = 40

/** What deploy.yml takes its credentials from. */
const AWS =
  '#!/bin/sh\n[ "$*" = "configure export-credentials --format process" ] && cat .git/aws.json\n'

let world: World
let repository: TestRepository
let access: string

beforeAll(async () => {
  world = await startWorld()
  repository = exampleRepository()
  const { port } = new URL(world.endpoint)
  for (const [file, text] of Object.entries(FILES))
    repository.write(file, text.replaceAll("{port}", port))
  const credentials = { Version: 1, AccessKeyId: "test", SecretAccessKey: "test" }
  writeFileSync(join(repository.path, ".git/aws.json"), JSON.stringify(credentials))
  const [registry = ""] = world.registry.split("/")
  access = [
    ...["--aws=file://.git/aws.json", `--aws-endpoint=tcp://127.0.0.1:${port}`],
    ...[`--registry=${world.registry}`, `--registry-endpoint=tcp://${registry}`],
  ].join(" ")
  // For deploy.yml: the launcher, with the emulators in place of AWS.
  const words = access.split(" ").slice(1).join(" ")
  repository.write(
    "pipeline",
    `#!/bin/sh\n[ "$1" = engine ] || set -- "$@" ${words}\nexec node engine/launcher/start.cjs "$@"\n`,
  )
  repository.write(".git/bin/aws", AWS)
  chmodSync(join(repository.path, ".git/bin/aws"), 0o755)
  const image = `${world.registry}/note@${await world.pushImage("note", "before")}`
  for (const name of ["staging", "production"]) {
    const { loadBalancer } = await makeLoadBalancer(world.endpoint, name)
    world.fake.ecs.addService(`game-${name}`, `note-${name}`, taskDefinition("note", image), {
      loadBalancers: [loadBalancer],
    })
  }
  world.fake.speed = SPEED
})
afterAll(async () => {
  repository?.delete()
  await world?.stop()
})

/** Types a call of a function for the service. */
function call(line: string): Promise<Outcome> {
  const [name, ...rest] = line.split(" ")
  return repository.shell(`dagger call ${name} --service=note ${rest.join(" ")} ${access}`)
}

/** Starts deploy.yml by hand, and runs its commands. */
function dispatch(inputs: Record<string, string>): Promise<JobOutcome> {
  const given = { service: "note", tag: "", strategy: "configured", ...inputs }
  return runJob(repository, ["deploy.yml", "deploy"], {
    ...{ name: "workflow_dispatch", ref: "refs/heads/main", payload: { inputs: given } },
    env: { PATH: `${join(repository.path, ".git/bin")}${delimiter}${process.env.PATH ?? ""}` },
  })
}

/** Commits something new, builds it and pushes it. */
async function release(): Promise<{ tag: string; digest: string }> {
  repository.write("note/note.txt", randomUUID())
  repository.git("add", "--all")
  repository.git("commit", "--quiet", "--message=a note")
  const pushed = await repository.shell(
    `dagger call ci --service=note --push --registry=${world.registry}`,
  )
  expect(pushed.output).toMatch(/^note +push +ok /m)
  const [, digest = ""] = /@(sha256:[0-9a-f]{64})/.exec(pushed.output) ?? []
  return { tag: repository.git("rev-parse", "HEAD").trim(), digest }
}

async function statusOf(environment: string): Promise<Status> {
  const { stdout } = await call(`status --environment=${environment} --format=json`)
  return JSON.parse(stdout) as Status
}

let good: { tag: string; digest: string }

describe("an image on its way to production", () => {
  it("is built, pushed, passes staging, is promoted by its digest, and runs", async () => {
    good = await release()
    world.fake.traffic.set("staging-blue", { requests: 100 })
    world.fake.traffic.set("production-green", { requests: 100 })
    const early = await call(`deploy --tag=${good.tag} --environment=production`)
    expect(early.output).toContain("has not passed in staging")
    expect(early.exitCode).toBe(1)
    const staging = await dispatch({ action: "deploy", tag: good.tag, environment: "staging" })
    const deploy = staging.steps.find(({ what }) => what.includes('"$ACTION"'))
    expect(deploy?.output).toContain("note to staging: passed: 0 % of 100 requests failed")
    expect(staging.succeeded).toBe(true)
    const production = await call("promote --environment=production")
    expect(production.stdout).toContain(`@${good.digest}`)
    expect(production.exitCode).toBe(0)
    const { image } = await statusOf("production")
    expect(image).toEqual({ digest: good.digest, commit: good.tag })
  })

  it("is rolled back as a canary that fails, with exit code 10", async () => {
    const bad = await release()
    const staging = await call(`deploy --tag=${bad.tag} --environment=staging`)
    expect(staging.exitCode).toBe(0)
    // The new tasks are in the other target group this time.
    world.fake.traffic.set("production-blue", { requests: 100, errors: 20 })
    const production = await dispatch({ action: "promote", environment: "production" })
    const promote = production.steps.find(({ what }) => what.includes('"$ACTION"'))
    expect(promote?.output).toContain("20 % of 100 requests failed, more than 5 %")
    expect(promote?.exitCode).toBe(10)
    expect(production.steps.at(-2)).toMatchObject({ ran: true, exitCode: 0 })
    expect(repository.read("support-bundle/status.txt")).toContain(`commit: ${good.tag}`)
    expect(repository.read("support-bundle/history.txt")).toMatch(/rolled-back +\w+ sha256:/)
    const { deployments, tasks, image } = await statusOf("production")
    expect(deployments[0]?.status).toBe("ROLLBACK_SUCCESSFUL")
    expect(tasks).toEqual({ running: 2, desired: 2, pending: 0 })
    expect(image).toEqual({ digest: good.digest, commit: good.tag })
  })

  it("is taken back by hand where it passed", async () => {
    const back = await call("rollback --environment=staging")
    expect(back.stdout).toContain(`image: ${world.registry}/note@${good.digest}`)
    expect(back.exitCode).toBe(0)
    const history = await call("deployments --environment=staging")
    expect(history.stdout).toMatch(/passed +\w+ sha256:\w+ rollback by hand by arn:/)
    expect(history.stdout).toContain("did not pass, or taken back: 50 %")
  })

  it("leaves its history for report.html", async () => {
    const report = "dagger call report --deployments=support-bundle/history.json -o .git/report"
    expect((await repository.shell(report)).exitCode).toBe(0)
    expect(repository.read(".git/report/report.html")).toContain('"environment":"production"')
  })
})
