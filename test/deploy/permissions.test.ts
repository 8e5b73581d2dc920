import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Aws } from "../../ci/deploy/src/aws/aws.js"
import { CALLS } from "../../ci/deploy/src/aws/calls.js"
import type { Action, Use } from "../../ci/deploy/src/aws/calls.js"
import { ECR_ACTIONS, rolePolicy, trustPolicy } from "../../ci/deploy/src/permissions/policy.js"
import { permissions } from "../../ci/deploy/src/commands/permissions.js"
import type { Context } from "../../ci/deploy/src/context.js"
import { networkIsolation, strayAddresses } from "../../ci/deploy/src/permissions/network.js"
import type { Policy } from "../../ci/deploy/src/permissions/policy.js"
import type { Simulator } from "../fakes/iam-simulator/simulator.js"
import { loadSimulator } from "../fakes/iam-simulator/simulator.js"
import type { Running } from "../fakes/programs.js"
import { startMinistack, startMoto } from "../fakes/programs.js"
import { query } from "./load-balancer.js"
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
const PRODUCTION = "222222222222"
const STAGING = "111111111111"
const deployPolicy = rolePolicy(settings, environments.production, "deploy")
const monitoringPolicy = rolePolicy(settings, environments.production, "monitoring")
const actions = Object.keys(CALLS) as Action[]

let simulate: Simulator

beforeAll(async () => {
  simulate = await loadSimulator()
}, 180_000)

/** A resource of an environment that a call is made on. */
function resourceOf(action: Action, account: string, name: string): string {
  const arn = (kind: string, rest: string) => `arn:aws:${kind}:eu-central-1:${account}:${rest}`
  const place = `game-${name}/api-${name}`
  const stream = ":log-stream:ecs/app/0123"
  const resources = {
    "*": "*",
    service: arn("ecs", `service/${place}`),
    "service-deployment": arn("ecs", `service-deployment/${place}/x`),
    "service-revision": arn("ecs", `service-revision/${place}/1`),
    "task-definition": arn("ecs", "task-definition/api:1"),
    task: arn("ecs", `task/game-${name}/x`),
    "log-group": arn(
      "logs",
      `log-group:/ecs/api-${name}${action === "logs:GetLogEvents" ? stream : ""}`,
    ),
    alarm: arn("cloudwatch", `alarm:api-${name}-cpu`),
    dashboard: `arn:aws:cloudwatch::${account}:dashboard/api-${name}`,
    topic: arn("sns", "deployments"),
    secret: arn("secretsmanager", "secret:x"),
    parameter: arn("ssm", "parameter/x"),
    role: `arn:aws:iam::${account}:role/x`,
    repository: arn("ecr", "repository/game/api"),
  }
  return resources[CALLS[action].resource]
}

describe.each<[role: Use, policy: Policy]>([
  ["deploy", deployPolicy],
  ["monitoring", monitoringPolicy],
])("the role of production that is there to %s", (role, policy) => {
  const used = actions.filter((action) => (CALLS[action].uses as readonly Use[]).includes(role))
  const others = actions.filter((action) => !used.includes(action))
  const ask = (action: Action, account: string, name: string) =>
    simulate(policy, { action, account, resource: resourceOf(action, account, name) })

  it.each(used)("may %s", async (action) => {
    expect(await ask(action, PRODUCTION, "production")).toBe("Allowed")
  })

  it.each(used.filter((action) => CALLS[action].resource !== "*"))(
    "may not %s in staging",
    async (action) => {
      expect(await ask(action, STAGING, "staging")).toBe("ImplicitlyDenied")
    },
  )

  it.each(others)("may not %s at all", async (action) => {
    expect(await ask(action, PRODUCTION, "production")).toBe("ImplicitlyDenied")
  })

  it.each([
    ["ecs:DeleteService", `arn:aws:ecs:eu-central-1:${PRODUCTION}:service/game-production/api`],
    ["ecs:DeregisterTaskDefinition", "*"],
    ["ecs:RunTask", `arn:aws:ecs:eu-central-1:${PRODUCTION}:task-definition/api:1`],
    [
      "elasticloadbalancing:ModifyRule",
      `arn:aws:elasticloadbalancing:eu-central-1:${PRODUCTION}:listener-rule/app/game/1/2/3`,
    ],
    ["iam:CreateRole", `arn:aws:iam::${PRODUCTION}:role/x`],
    ["iam:PutRolePolicy", `arn:aws:iam::${PRODUCTION}:role/x`],
    ["iam:UpdateAssumeRolePolicy", `arn:aws:iam::${PRODUCTION}:role/x`],
    ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:eu-central-1:${PRODUCTION}:secret:x`],
    ["cloudwatch:DeleteAlarms", `arn:aws:cloudwatch:eu-central-1:${PRODUCTION}:alarm:api-cpu`],
    ["logs:DeleteLogGroup", `arn:aws:logs:eu-central-1:${PRODUCTION}:log-group:/ecs/api`],
  ])("may not %s", async (action, resource) => {
    expect(await simulate(policy, { action, resource, account: PRODUCTION })).toBe(
      "ImplicitlyDenied",
    )
  })
})

describe("the role that deploys", () => {
  const role = `arn:aws:iam::${PRODUCTION}:role/api`

  it.each([
    ["iam:PassRole", role, { "iam:PassedToService": "ecs-tasks.amazonaws.com" }, true],
    ["iam:PassRole", role, { "iam:PassedToService": "lambda.amazonaws.com" }, false],
    ["iam:PassRole", role, { "iam:PassedToService": "ecs.amazonaws.com" }, false],
    ["ecs:TagResource", "task-definition", { "ecs:CreateAction": "RegisterTaskDefinition" }, true],
    ["ecs:TagResource", "task-definition", { "ecs:CreateAction": "CreateService" }, false],
    ["ecs:TagResource", "task-definition", {}, false],
  ])("is limited by a condition: %s %s %j", async (action, what, context, isAllowed) => {
    const resource = what.startsWith("arn")
      ? what
      : `arn:aws:ecs:eu-central-1:${PRODUCTION}:${what}/api:1`
    const answer = await simulate(deployPolicy, { action, resource, account: PRODUCTION, context })
    expect(answer).toBe(isAllowed ? "Allowed" : "ImplicitlyDenied")
  })

  it.each(ECR_ACTIONS)("may %s on its images, and on no others", async (action) => {
    const account = "333333333333"
    const resource = (name: string) => `arn:aws:ecr:eu-central-1:${account}:repository/${name}`
    const ask = (name: string) =>
      simulate(deployPolicy, { action, resource: resource(name), account })
    // Of another account: its repository has to allow it too, which is not ours to say.
    expect(await ask("game/api")).toBe("Allowed")
    expect(await ask("other/api")).toBe("ImplicitlyDenied")
    expect(await ask("game/api-of-others")).toBe("ImplicitlyDenied")
  })

  it("is taken by jobs of the repository's own environment only", () => {
    expect(JSON.stringify(trustPolicy(environments.production))).toContain(
      '"token.actions.githubusercontent.com:sub":"repo:example/game:environment:production"',
    )
    const bare = environment("production", { account: PRODUCTION })
    expect(() => trustPolicy(bare)).toThrow("which GitHub repository")
  })
})

describe("who may take a role", () => {
  const account = "000000000000"
  const place = environment("production", { account, notify: { ...notify } })
  let ministack: Running

  beforeAll(async () => {
    ministack = await startMinistack()
    await query(ministack.url, "iam", {
      ...{ Action: "CreateRole", Version: "2010-05-08", RoleName: "deploy-production" },
      AssumeRolePolicyDocument: JSON.stringify(trustPolicy(place)),
    })
  }, 180_000)
  afterAll(() => ministack?.stop())

  /** A token as GitHub gives it to a job; the emulator does not look at signatures. */
  function token(claims: Record<string, string>): string {
    const exp = Math.floor(Date.now() / 1000) + 600
    const parts = [
      { alg: "RS256", typ: "JWT" },
      { iss: "https://token.actions.githubusercontent.com", exp, ...claims },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    return [...parts, "c2ln"].join(".")
  }

  it.each([
    [
      "a job of the environment",
      "repo:example/game:environment:production",
      "sts.amazonaws.com",
      true,
    ],
    [
      "a job of another environment",
      "repo:example/game:environment:staging",
      "sts.amazonaws.com",
      false,
    ],
    [
      "a job of no environment",
      "repo:example/game:ref:refs/heads/main",
      "sts.amazonaws.com",
      false,
    ],
    ["a pull request", "repo:example/game:pull_request", "sts.amazonaws.com", false],
    [
      "a repository whose name only begins so",
      "repo:example/game-of-others:environment:production",
      "sts.amazonaws.com",
      false,
    ],
    [
      "another owner's repository",
      "repo:somebody/game:environment:production",
      "sts.amazonaws.com",
      false,
    ],
    [
      "a token for somebody else",
      "repo:example/game:environment:production",
      "https://github.com/example",
      false,
    ],
  ])("%s", async (_, sub, aud, isAllowed) => {
    const response = await fetch(ministack.url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        ...{ Action: "AssumeRoleWithWebIdentity", Version: "2011-06-15", RoleSessionName: "job" },
        ...{ RoleArn: `arn:aws:iam::${account}:role/deploy-production` },
        WebIdentityToken: token({ sub, aud }),
      }),
    })
    const text = await response.text()
    expect(text).toContain(isAllowed ? "<AccessKeyId>" : "<Code>AccessDenied</Code>")
  })
})

describe("networks", () => {
  const apart = {
    ...settings,
    environments: {
      staging: environment("staging", { networks: ["10.1.0.0/16", "192.168.7.0/24"] }),
      production: environment("production", { networks: ["10.2.0.0/16"], vpc: "vpc-0a" }),
    },
  }

  it("of other environments are refused in both directions", () => {
    const entry = { Protocol: "-1", RuleAction: "deny" }
    expect(networkIsolation(apart, apart.environments.production)).toEqual({
      ...{ vpc: "vpc-0a", networks: ["10.2.0.0/16"] },
      aclEntries: [
        { ...entry, RuleNumber: 1, Egress: false, CidrBlock: "10.1.0.0/16" },
        { ...entry, RuleNumber: 2, Egress: false, CidrBlock: "192.168.7.0/24" },
        { ...entry, RuleNumber: 1, Egress: true, CidrBlock: "10.1.0.0/16" },
        { ...entry, RuleNumber: 2, Egress: true, CidrBlock: "192.168.7.0/24" },
      ],
    })
  })

  it.each([
    ["10.2.255.255", []],
    ["10.3.0.0", ["10.3.0.0"]],
    ["192.168.7.9", ["192.168.7.9, which is in staging"]],
    ["192.168.8.0", ["192.168.8.0"]],
  ])("have tasks in them, or not: %s", (address, stray) => {
    expect(strayAddresses(apart, apart.environments.production, [address])).toEqual(stray)
  })
})

describe("roles that are in IAM", () => {
  const request = { environment: "production", verify: true }
  let moto: Running
  let context: Pick<Context, "settings" | "aws">

  beforeAll(async () => {
    moto = await startMoto()
    const credentials = { accessKeyId: "test", secretAccessKey: "test" }
    const aws = new Aws({ credentials, region: "eu-central-1", endpoint: moto.url })
    context = { settings, aws }
    await makeRoles()
  }, 180_000)
  afterAll(() => moto?.stop())

  const iam = (parameters: Record<string, string>) =>
    query(moto.url, "iam", { Version: "2010-05-08", ...parameters })
  const rendered = async () => {
    const { text } = await permissions(context, { ...request, verify: false })
    return JSON.parse(text) as Record<string, { trust: object; policy: Policy }>
  }

  async function makeRoles() {
    for (const [RoleName, { trust, policy }] of Object.entries(await rendered())) {
      if (policy === undefined) continue
      const AssumeRolePolicyDocument = JSON.stringify(trust)
      await iam({ Action: "CreateRole", RoleName, AssumeRolePolicyDocument })
      await putPolicy(RoleName, "pipeline", policy)
    }
  }

  function putPolicy(RoleName: string, PolicyName: string, policy: object) {
    const PolicyDocument = JSON.stringify(policy)
    return iam({ Action: "PutRolePolicy", RoleName, PolicyName, PolicyDocument })
  }

  function setTrust(RoleName: string, trust: object) {
    const PolicyDocument = JSON.stringify(trust)
    return iam({ Action: "UpdateAssumeRolePolicy", RoleName, PolicyDocument })
  }

  it("are as they are to be, however IAM writes lists", async () => {
    const good = "ok      role deploy-production\nok      role monitoring-production"
    expect(await permissions(context, request)).toEqual({ text: good, exitCode: 0 })
    const { "deploy-production": role } = await rendered()
    const [statement] = (role!.trust as { Statement: { Action: string }[] }).Statement
    const listed = { ...role!.trust, Statement: { ...statement, Action: [statement!.Action] } }
    await setTrust("deploy-production", listed)
    expect(await permissions(context, request)).toEqual({ text: good, exitCode: 0 })
  })

  it("are shown when somebody else is trusted", async () => {
    const { "deploy-production": role } = await rendered()
    const wider = JSON.parse(
      JSON.stringify(role!.trust)
        .replace("StringEquals", "StringLike")
        .replace("repo:example/game:environment:production", "repo:example/*"),
    ) as object
    await setTrust("deploy-production", wider)
    const { text, exitCode } = await permissions(context, request)
    expect(text).toContain(
      "FAILED  role deploy-production\n        trust.Statement.Condition.StringLike",
    )
    expect(text).toContain("repo:example/*")
    expect(text).toContain("next: correct it in IAM")
    expect(exitCode).toBe(1)
    await setTrust("deploy-production", role!.trust)
  })

  it("are shown when they may do more, or less", async () => {
    const { "monitoring-production": role } = await rendered()
    const [first, ...rest] = role!.policy.Statement
    await putPolicy("monitoring-production", "pipeline", { ...role!.policy, Statement: rest })
    const everything = { Effect: "Allow", Action: "*", Resource: "*" }
    const more = { Version: "2012-10-17", Statement: [everything] }
    await putPolicy("deploy-production", "quick-fix", more)
    const { text, exitCode } = await permissions(context, request)
    expect(text).toContain("FAILED  role monitoring-production\n        policy.Statement")
    expect(text).toContain(first!.Action[0])
    expect(text).toContain("it has the policy quick-fix too, which allows more than is needed")
    expect(exitCode).toBe(1)
  })

  it("are missing elsewhere", async () => {
    const { text, exitCode } = await permissions(context, { ...request, environment: "staging" })
    expect(text).toContain("FAILED  role deploy-staging\n        there is no such role")
    expect(exitCode).toBe(1)
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
