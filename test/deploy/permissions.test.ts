import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { CALLS } from "../../ci/deploy/src/aws/calls.js"
import type { Action } from "../../ci/deploy/src/aws/calls.js"
import { rolePolicy, trustPolicy } from "../../ci/deploy/src/permissions/policy.js"
import type { Policy } from "../../ci/deploy/src/permissions/policy.js"
import { environment, service } from "./world.js"

const SOURCES = fileURLToPath(new URL("../../ci/deploy/src", import.meta.url))
const notify = {
  github: "example/game",
  githubApi: "https://api.github.com",
  sns: "arn:aws:sns:eu-central-1:222222222222:deployments",
}
const environments = {
  staging: environment("staging", { account: "111111111111", notify: { ...notify } }),
  production: environment("production", { account: "222222222222", notify: { ...notify } }),
}
const settings = {
  services: [service("api")],
  environments,
  registry: "333333333333.dkr.ecr.eu-central-1.amazonaws.com/game",
}
const policy = rolePolicy(settings, environments.production, "deploy")

/** Whether a policy lets somebody do something to something; only "*" has a meaning, as in IAM. */
function allows({ Statement }: Policy, action: string, resource: string): boolean {
  const fits = (pattern: string, text: string) =>
    new RegExp(`^${pattern.split("*").map(escape).join(".*")}$`).test(text)
  return Statement.some(
    ({ Action, Resource }) =>
      Action.includes(action) && Resource.some((pattern) => fits(pattern, resource)),
  )
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}

/** A resource of an environment that a call is made on. */
function resourceOf(action: Action, account: string, name: string): string {
  const arn = (kind: string, rest: string) => `arn:aws:${kind}:eu-central-1:${account}:${rest}`
  const place = `game-${name}/api-${name}`
  const resources = {
    "*": "*",
    service: arn("ecs", `service/${place}`),
    "service-deployment": arn("ecs", `service-deployment/${place}/x`),
    "service-revision": arn("ecs", `service-revision/${place}/1`),
    "task-definition": arn("ecs", "task-definition/api:1"),
    task: arn("ecs", `task/game-${name}/x`),
    "log-group": arn("logs", `log-group:/ecs/api-${name}`),
    alarm: arn("cloudwatch", `alarm:api-${name}-cpu`),
    dashboard: `arn:aws:cloudwatch::${account}:dashboard/api-${name}`,
    topic: arn("sns", "deployments"),
    secret: arn("secretsmanager", "secret:x"),
    parameter: arn("ssm", "parameter/x"),
    role: `arn:aws:iam::${account}:role/x`,
  }
  return resources[CALLS[action].resource]
}

const actions = Object.keys(CALLS) as Action[]
const used = actions.filter((action) =>
  (CALLS[action].uses as readonly string[]).includes("deploy"),
)
const scoped = used.filter((action) => CALLS[action].resource !== "*")

describe("the role that deploys to production", () => {
  it.each(used)("may %s", (action) => {
    expect(allows(policy, action, resourceOf(action, "222222222222", "production"))).toBe(true)
  })

  it.each(scoped)("may not %s in staging", (action) => {
    expect(allows(policy, action, resourceOf(action, "111111111111", "staging"))).toBe(false)
  })

  it.each(actions.filter((action) => !used.includes(action)))("may not %s at all", (action) => {
    expect(allows(policy, action, resourceOf(action, "222222222222", "production"))).toBe(false)
  })

  it("passes roles to tasks only, and changes neither listeners nor roles", () => {
    const all = policy.Statement.flatMap(({ Action }) => Action)
    expect(all.filter((action) => /\*|Modify|Delete|Create|PutRole|Attach/.test(action))).toEqual(
      [],
    )
    const pass = policy.Statement.find(({ Action }) => Action.includes("iam:PassRole"))
    expect(pass?.Condition).toEqual({
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    })
  })

  it("is taken by jobs of the repository's own environment only", () => {
    expect(JSON.stringify(trustPolicy(environments.production))).toContain(
      '"token.actions.githubusercontent.com:sub":"repo:example/game:environment:production"',
    )
    const bare = environment("production", { account: "222222222222" })
    expect(() => trustPolicy(bare)).toThrow("which GitHub repository")
  })
})

describe("the program", () => {
  it("makes no call to AWS but through the table that the policies come from", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    const texts = files
      .filter((file) => file.endsWith(".ts") && file !== "aws/calls.ts")
      .map((file) => ({ file, text: readFileSync(join(SOURCES, file), "utf8") }))
    const others = texts.filter(({ text }) => /^import \{[^}]*\} from "@aws-sdk/m.test(text))
    expect(others.map(({ file }) => file)).toEqual([])
  })

  it("uses every call of the table", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    const text = files
      .filter((file) => file.endsWith(".ts") && file !== "aws/calls.ts")
      .map((file) => readFileSync(join(SOURCES, file), "utf8"))
      .join("\n")
    expect(actions.filter((action) => !text.includes(`"${action}"`))).toEqual([])
  })
})
