import type { Environment } from "../../../src/config/types.js"
import { fillTemplate } from "../../../src/config/template.js"
import { CALLS } from "../aws/calls.js"
import type { Action, Resource, Use } from "../aws/calls.js"
import type { Settings } from "../config/target.js"
import { placeOf } from "../config/target.js"
import { dashboardName, OVERVIEW } from "../monitoring/dashboard.js"
import { DeployError, EXIT } from "../errors.js"

/** One statement of an IAM policy. */
export interface Statement {
  Sid: string
  Effect: "Allow"
  Action: string[]
  Resource: string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

/** An IAM policy. */
export interface Policy {
  Version: "2012-10-17"
  Statement: Statement[]
}

/** What registries ask ECR for when images are read and records are written. */
export const ECR_ACTIONS = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:CompleteLayerUpload",
  "ecr:DescribeImages",
  "ecr:GetDownloadUrlForLayer",
  "ecr:InitiateLayerUpload",
  "ecr:ListImages",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
]

/**
 * The policy of the role that uses the program in one environment: the calls that it can make, on the
 * services of the environment and nothing else.
 *
 * @throws DeployError 2 without the environment's account
 */
export function rolePolicy(settings: Settings, environment: Environment, use: Use): Policy {
  const actions = (Object.keys(CALLS) as Action[]).filter((action) =>
    (CALLS[action].uses as readonly Use[]).includes(use),
  )
  const kinds = [...new Set(actions.map((action) => CALLS[action].resource))]
  const statements = kinds.map((kind) => ({
    Sid: kind === "*" ? "Unscoped" : titleOf(kind),
    Effect: "Allow" as const,
    Action: actions.filter((action) => CALLS[action].resource === kind),
    Resource: kind === "*" ? ["*"] : resourcesOf(settings, environment, kind),
  }))
  const extra =
    use === "deploy"
      ? [passRole(environment), keepTags(environment), ...registryAccess(settings, environment)]
      : []
  const all = [...statements, ...extra].filter(({ Resource }) => Resource.length > 0)
  return { Version: "2012-10-17", Statement: all }
}

/**
 * Who may take the role: jobs of the repository's environment of this name, by GitHub's OIDC.
 *
 * @throws DeployError 2 without the account or the repository
 */
export function trustPolicy(environment: Environment): object {
  const { name, notify, githubSubject } = environment
  const subject = githubSubject ?? (notify.github && `repo:${notify.github}:environment:${name}`)
  if (subject === undefined)
    throw new DeployError(
      `it is not known which GitHub repository deploys to ${name}`,
      EXIT.usage,
      `set notify.github or github_subject of ${name} in pipeline.yaml`,
    )
  const provider = "token.actions.githubusercontent.com"
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: {
          Federated: `arn:aws:iam::${accountOf(environment)}:oidc-provider/${provider}`,
        },
        Condition: {
          // Equal and not like: a pattern would let in other repositories.
          StringEquals: { [`${provider}:aud`]: "sts.amazonaws.com", [`${provider}:sub`]: subject },
        },
      },
    ],
  }
}

/** The ARNs of one kind that belong to the environment. */
function resourcesOf(
  settings: Settings,
  environment: Environment,
  kind: Exclude<Resource, "*">,
): string[] {
  const { region, cluster, name, notify } = environment
  const account = accountOf(environment)
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`
  const services = settings.services.map((service) => service.name)
  const ecs = services.map((service) => placeOf(settings, service, name).ecsService)
  switch (kind) {
    case "service":
      return ecs.map((service) => arn("ecs", `service/${cluster}/${service}`))
    case "service-deployment":
      return ecs.flatMap((service) => [
        arn("ecs", `service/${cluster}/${service}`),
        arn("ecs", `service-deployment/${cluster}/${service}/*`),
      ])
    case "service-revision":
      return ecs.map((service) => arn("ecs", `service-revision/${cluster}/${service}/*`))
    case "task-definition":
      return [arn("ecs", "task-definition/*:*")]
    case "task":
      return [arn("ecs", `task/${cluster}/*`)]
    case "log-group":
      // With ":*" for the streams in it.
      return services.flatMap((service) => {
        const group = arn("logs", `log-group:${logGroupOf(service, environment)}`)
        return [group, `${group}:*`]
      })
    case "alarm":
      return services.map((service) => arn("cloudwatch", `alarm:${service}-${name}-*`))
    case "dashboard":
      return [
        ...[...services, OVERVIEW].map((each) => dashboardName(`${each}-${name}`)),
        `${dashboardName(`${OVERVIEW}-${name}`)}-*`,
      ].map((title) => `arn:aws:cloudwatch::${account}:dashboard/${title}`)
    case "topic":
      return notify.sns === undefined ? [] : [notify.sns]
    case "secret":
      return [arn("secretsmanager", "secret:*")]
    case "parameter":
      return [arn("ssm", "parameter/*")]
    case "role":
      return [`arn:aws:iam::${account}:role/*`]
    case "repository":
      return repositoriesOf(settings, environment)
  }
}

/** Tasks get roles; no other service does. */
function passRole(environment: Environment): Statement {
  return {
    Sid: "PassRole",
    Effect: "Allow",
    Action: ["iam:PassRole"],
    Resource: [`arn:aws:iam::${accountOf(environment)}:role/*`],
    Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
  }
}

/** A new revision of a task definition keeps its tags; nothing else can be tagged. */
function keepTags(environment: Environment): Statement {
  const { region } = environment
  return {
    Sid: "KeepTags",
    Effect: "Allow",
    Action: ["ecs:TagResource"],
    Resource: [`arn:aws:ecs:${region}:${accountOf(environment)}:task-definition/*:*`],
    Condition: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
  }
}

/** ECR wants permissions for what other registries ask a password for. */
function registryAccess(settings: Settings, environment: Environment): Statement[] {
  const Resource = repositoriesOf(settings, environment)
  if (Resource.length === 0) return []
  return [{ Sid: "Images", Effect: "Allow", Action: ECR_ACTIONS, Resource }]
}

/** The ARNs of the repositories of an environment's images; none when they are not in ECR. */
function repositoriesOf(
  settings: Settings,
  { registry = settings.registry }: Environment,
): string[] {
  const [, account, region, prefix = ""] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/?(.*)$/.exec(registry ?? "") ?? []
  if (account === undefined) return []
  return settings.services.map(
    ({ name }) =>
      `arn:aws:ecr:${region}:${account}:repository/${[prefix, name].filter(Boolean).join("/")}`,
  )
}

/** Where a service's containers write their logs. */
export function logGroupOf(service: string, { name, monitoring }: Environment): string {
  return fillTemplate(monitoring.logGroup, { service, environment: name })
}

function accountOf({ account, name }: Environment): string {
  if (account !== undefined) return account
  throw new DeployError(
    `the account of ${name} is not known`,
    EXIT.usage,
    `set \`account\` of ${name} in pipeline.yaml`,
  )
}

/** "service-deployment" as "ServiceDeployment": IAM allows only letters and digits. */
function titleOf(kind: string): string {
  return kind
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")
}
