import type {
  LoadBalancer,
  Service as EcsService,
  ServiceRevision,
  TaskDefinition,
} from "@aws-sdk/client-ecs"
import type { TargetGroupTuple } from "@aws-sdk/client-elastic-load-balancing-v2"
import { STAND_IN_LABEL } from "../../../src/stages/images.js"
import { nameOf } from "../aws/aws.js"
import type { Target } from "../config/target.js"
import type { Context } from "../context.js"
import { describeTargetGroups, targetGroupArns } from "../ecs/load-balancing.js"
import { alarmStates } from "../ecs/observe.js"
import { listDeployments, UNFINISHED } from "../ecs/service.js"
import { tasksOf } from "../ecs/tasks.js"
import { standingOf } from "../registry/history.js"
import { strayAddresses } from "../permissions/network.js"
import { readRecords } from "../registry/records.js"

/** What a check found. */
export interface Check {
  name: string
  state: "ok" | "warning" | "failed"
  text: string
  /** What to do about it. */
  next?: string
}

/** Records of one environment that are looked through for a digest. */
const MOST_RECORDS = 200

export function ok(name: string, text: string): Check {
  return { name, state: "ok", text }
}

export function failed(name: string, text: string, next: string): Check {
  return { name, state: "failed", text, next }
}

export function warning(name: string, text: string, next: string): Check {
  return { name, state: "warning", text, next }
}

/** Whether the credentials are those of the environment. */
export async function checkAccount({ aws }: Context, { environment }: Target): Promise<Check> {
  const { Account = "", Arn = "" } = await aws.call("sts:GetCallerIdentity", {})
  const { account, name } = environment
  if (account === undefined) return ok("account", `${Account} as ${Arn}`)
  if (account === Account) return ok("account", `${Account} as ${Arn}`)
  return failed(
    "account",
    `the credentials belong to account ${Account}, and ${name} is in ${account}`,
    `sign in to the account of ${name}`,
  )
}

/** Whether exactly this image passed in the environment before. */
export async function checkOrder(
  { registry }: Context,
  { environment, repository, service }: Target,
  digest: string,
): Promise<Check> {
  const { after, name } = environment
  if (after === undefined) return ok("order", `${name} comes first`)
  const records = await readRecords(registry, repository, after, MOST_RECORDS)
  const passed = records.find((record) => record.digest === digest && record.verdict === "passed")
  if (passed !== undefined && standingOf(records, digest) === "passed")
    return ok("order", `passed in ${after} at ${passed.ended}`)
  const latest = records.find(({ verdict }) => verdict === "passed")
  const there =
    latest === undefined ? "nothing passed there yet" : `${latest.digest} passed there last`
  const became =
    passed === undefined
      ? `has not passed in ${after}`
      : `passed in ${after} at ${passed.ended}, but was taken back there since`
  return failed(
    "order",
    `${digest} ${became}: ${there}`,
    `deploy it to ${after} first, or promote what passed: promote --service=${service} --environment=${name}`,
  )
}

/** An image that is built on the kit's own base images must not leave the machine it was built on. */
export function checkBase(labels: Record<string, string>): Check {
  const standIn = labels[STAND_IN_LABEL]
  if (standIn === undefined) return ok("base image", "no stand-in")
  return failed(
    "base image",
    `it is built on a stand-in for an official image (${standIn})`,
    "build it where the registry of its base image can be reached, and push it again",
  )
}

/** Two deployments at once would take each other's place. */
export async function checkIdle({ aws }: Context, target: Target): Promise<Check> {
  const [running] = await listDeployments(aws, target, UNFINISHED)
  if (running === undefined) return ok("no other deployment", "none in progress")
  return failed(
    "no other deployment",
    `${running.serviceDeploymentArn} is ${running.status} since ${running.createdAt?.toISOString()}`,
    `wait for it: watch --service=${target.service} --environment=${target.environment.name} --deployment=${running.serviceDeploymentArn}`,
  )
}

/** ECS ignores alarms that are in ALARM already when a deployment begins. */
export async function checkAlarms(
  context: Context,
  { alarms, environment }: Target,
): Promise<Check> {
  if (alarms.length === 0)
    return warning(
      "alarms",
      "no alarm is watched",
      `name some in \`alarms\` of ${environment.name} in pipeline.yaml; \`monitoring\` makes them`,
    )
  const states = await alarmStates(context, alarms)
  const missing = alarms.filter((name) => !states.has(name))
  if (missing.length > 0)
    return failed(
      "alarms",
      `there is no alarm ${missing.join(", ")}`,
      "create it with `monitoring --action=apply`, or correct `alarms`",
    )
  const red = alarms.filter((name) => states.get(name) === "ALARM")
  if (red.length > 0)
    return failed(
      "alarms",
      `in ALARM before it begins, so ECS would ignore it: ${red.join(", ")}`,
      "mend what the alarm shows, then deploy",
    )
  const unknown = alarms.filter((name) => states.get(name) === "INSUFFICIENT_DATA")
  return ok("alarms", unknown.length > 0 ? `without data: ${unknown.join(", ")}` : "all quiet")
}

/** Whether the tasks that run are in the environment's own networks. */
export async function checkNetworks(context: Context, target: Target): Promise<Check> {
  const { environment } = target
  if (environment.networks.length === 0)
    return ok("task addresses", `no networks of ${environment.name} are known`)
  const tasks = await tasksOf(context, target, "RUNNING")
  const addresses = tasks.flatMap(({ attachments = [] }) =>
    attachments.flatMap(({ details = [] }) =>
      details.flatMap(({ name, value }) =>
        name === "privateIPv4Address" && value !== undefined ? [value] : [],
      ),
    ),
  )
  const stray = strayAddresses(context.settings, environment, addresses)
  if (stray.length === 0)
    return ok("task addresses", `${addresses.length} in ${environment.networks.join(", ")}`)
  return failed(
    "task addresses",
    `tasks are not in the networks of ${environment.name}: ${stray.join("; ")}`,
    "correct the subnets of the service with your infrastructure code, or `networks` in pipeline.yaml",
  )
}

/** Whether target groups and the listener rule are as ECS needs them. */
export async function checkTraffic(
  { aws }: Context,
  { strategy, environment }: Target,
  { loadBalancers = [] }: EcsService,
  live: ServiceRevision | undefined,
): Promise<Check[]> {
  const arns = targetGroupArns(loadBalancers)
  if (arns.length === 0) {
    if (strategy === "rolling")
      return [
        warning(
          "traffic",
          "no load balancer: error rate and latency are not measured",
          "give the service a target group",
        ),
      ]
    return [noAdvanced(strategy)]
  }
  const groups = await describeTargetGroups(aws, arns)
  const missing = arns.filter((arn) => !groups.some((group) => group.arn === arn))
  if (missing.length > 0)
    return [
      failed(
        "traffic",
        `there is no target group ${missing.join(", ")}`,
        "restore it, or recreate the service",
      ),
    ]
  const elsewhere = groups.filter(
    ({ vpc }) => environment.vpc !== undefined && vpc !== environment.vpc,
  )
  const network =
    elsewhere.length === 0
      ? ok("network", environment.vpc ?? "no VPC is expected")
      : failed(
          "network",
          `${elsewhere.map(({ arn, vpc }) => `${arn} is in ${vpc}`).join(", ")}, and ${environment.name} is in ${environment.vpc}`,
          "correct `cluster` or `vpc` of the environment in pipeline.yaml",
        )
  if (strategy === "rolling") return [network, ok("traffic", `${arns.length} target groups`)]
  if (groups.some(({ protocol }) => /^(TCP|TLS|UDP)/.test(protocol ?? "")))
    return [
      network,
      failed(
        "traffic",
        "a network load balancer moves traffic in about ten minutes, not in one",
        "use --strategy=rolling",
      ),
    ]
  return [
    network,
    ...(await Promise.all(loadBalancers.map((each) => checkRules(aws, strategy, each, live)))),
  ]
}

async function checkRules(
  aws: Context["aws"],
  strategy: string,
  { targetGroupArn, advancedConfiguration }: LoadBalancer,
  live: ServiceRevision | undefined,
): Promise<Check> {
  const {
    productionListenerRule: rule,
    testListenerRule,
    alternateTargetGroupArn,
  } = advancedConfiguration ?? {}
  if (rule === undefined || alternateTargetGroupArn === undefined) return noAdvanced(strategy)
  const both = [targetGroupArn, alternateTargetGroupArn]
  const test = testListenerRule && (await forwardsOf(aws, testListenerRule))
  if (test && !test.some(({ TargetGroupArn }) => both.includes(TargetGroupArn)))
    return failed(
      "traffic",
      `the test rule ${testListenerRule} forwards to neither target group`,
      "correct testListenerRule of the service with your infrastructure code: nothing could be tested before users come",
    )
  const groups = await forwardsOf(aws, rule)
  const weights = both.map(
    (arn) => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight,
  )
  if (weights.some((weight) => weight === undefined))
    return failed(
      "traffic",
      `the rule ${rule} does not forward to both target groups`,
      "let it forward to both, one with weight 100 and the other with 0, and recreate neither",
    )
  if (weights.filter((weight) => weight === 0).length !== 1)
    return failed(
      "traffic",
      `the rule ${rule} has the weights ${weights.join(" and ")}`,
      "give all weight to the target group with the running tasks: an earlier deployment or other tools left it like this",
    )
  const running = live?.resolvedConfiguration?.loadBalancers?.flatMap(
    (each) => each.targetGroupArn ?? [],
  )
  const used = both[weights[0] === 0 ? 1 : 0] ?? ""
  if (running !== undefined && running.length > 0 && !running.includes(used))
    return failed(
      "traffic",
      `the rule ${rule} sends users to ${used}, but the running tasks are in ${running.join(", ")}`,
      "give the weight back to the target group with the running tasks; infrastructure code that sets the weights has to ignore their changes",
    )
  return ok("traffic", "one target group has all users, the other none")
}

/** The target groups that a rule forwards to; none when the rule does not exist. */
async function forwardsOf(aws: Context["aws"], rule: string): Promise<TargetGroupTuple[]> {
  const answer = await aws.find("elasticloadbalancing:DescribeRules", { RuleArns: [rule] })
  const actions = answer?.Rules?.[0]?.Actions ?? []
  return actions.flatMap(({ ForwardConfig, TargetGroupArn }) => [
    ...(ForwardConfig?.TargetGroups ?? []),
    ...(TargetGroupArn === undefined ? [] : [{ TargetGroupArn }]),
  ])
}

function noAdvanced(strategy: string): Check {
  return failed(
    "traffic",
    `the service has no second target group and listener rule, which ${strategy} needs`,
    "set advancedConfiguration of the service's load balancer with your infrastructure code, or use --strategy=rolling",
  )
}

/** Whether everything that the task definition names exists. */
export async function checkTaskDefinition(
  context: Context,
  { executionRoleArn, taskRoleArn, containerDefinitions = [] }: TaskDefinition,
  loadBalancers: LoadBalancer[],
): Promise<Check[]> {
  const ports = loadBalancers.filter(
    ({ containerName, containerPort }) =>
      containerPort !== undefined &&
      !containerDefinitions.some(
        ({ name, portMappings = [] }) =>
          name === containerName &&
          portMappings.some((each) => each.containerPort === containerPort),
      ),
  )
  const logGroups = containerDefinitions.flatMap(
    ({ logConfiguration }) => logConfiguration?.options?.["awslogs-group"] ?? [],
  )
  const secrets = containerDefinitions.flatMap(({ secrets: each = [] }) =>
    each.flatMap(({ valueFrom }) => valueFrom ?? []),
  )
  const roles = [executionRoleArn, taskRoleArn].flatMap((arn) => arn ?? [])
  const missing = (
    await Promise.all([
      ...[...new Set(roles)].map((arn) => missingRole(context, arn)),
      ...[...new Set(logGroups)].map((name) => missingLogGroup(context, name)),
      ...[...new Set(secrets)].map((arn) => missingSecret(context, arn)),
    ])
  ).flat()
  missing.push(
    ...ports.map(({ containerName, containerPort }) => `port ${containerPort} of ${containerName}`),
  )
  const none =
    executionRoleArn === undefined && secrets.length > 0
      ? ["an execution role, which secrets need"]
      : []
  const all = [...none, ...missing]
  if (all.length === 0) return [ok("task definition", "roles, ports, log groups and secrets exist")]
  return [
    failed(
      "task definition",
      `it needs what is missing: ${all.join(", ")}`,
      "create it, or correct the task definition",
    ),
  ]
}

async function missingRole({ aws }: Context, arn: string): Promise<string[]> {
  const RoleName = arn.slice(arn.lastIndexOf("/") + 1)
  return (await aws.find("iam:GetRole", { RoleName })) === undefined ? [`role ${arn}`] : []
}

async function missingLogGroup({ aws }: Context, name: string): Promise<string[]> {
  const { logGroups = [] } = await aws.call("logs:DescribeLogGroups", { logGroupNamePrefix: name })
  return logGroups.some(({ logGroupName }) => logGroupName === name) ? [] : [`log group ${name}`]
}

/** A reference to Secrets Manager can name a key, a stage and a version behind the ARN. */
async function missingSecret({ aws }: Context, valueFrom: string): Promise<string[]> {
  if (!valueFrom.includes(":secretsmanager:")) {
    const Values = [valueFrom.slice(valueFrom.indexOf("parameter/") + "parameter".length)]
    const name = valueFrom.includes("parameter/") ? Values : [valueFrom]
    const { Parameters = [] } = await aws.call("ssm:DescribeParameters", {
      ParameterFilters: [{ Key: "Name", Option: "Equals", Values: name }],
    })
    return Parameters.length === 0 ? [`parameter ${valueFrom}`] : []
  }
  const SecretId = valueFrom.split(":").slice(0, 7).join(":")
  try {
    await aws.call("secretsmanager:DescribeSecret", { SecretId })
    return []
  } catch (error) {
    if (nameOf(error) === "ResourceNotFoundException") return [`secret ${SecretId}`]
    throw error
  }
}
