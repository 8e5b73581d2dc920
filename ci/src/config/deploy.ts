import { z } from "zod"

import { FilledText, Name, PlainText, Seconds, UrlPath } from "./fields.js"
import type { Environment, ServiceDeploy } from "./types.js"

/** The shape of `environments` in `pipeline.yaml`, and of `deploy` in a service. */

const STRATEGIES = ["rolling", "blue-green", "canary", "linear"] as const

const Strategy = z.enum(STRATEGIES)

const Network = z
  .string()
  .regex(
    /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\/(?:3[0-2]|[12]?\d)$/,
    'must be an IPv4 network, such as "10.1.0.0/16"',
  )

const Address = z
  .string()
  .regex(
    /^https?:\/\/[^\s/@]+(?:\/[^\s]*)?$/,
    "must be an http or https address without credentials",
  )

/** Seconds that may be none at all. */
const Duration = z.number().int().min(0).max(86_400)

const Percent = z.number().min(0.1).max(100)

const Traffic = z.strictObject({
  percent: Percent.optional().meta({
    description: "Share of the requests that the first step moves; of each step for linear.",
    examples: [10],
  }),
  bake: Duration.optional().meta({
    description: "Seconds that each step lasts, in whole minutes.",
    examples: [300],
  }),
})

const Gates = z.strictObject({
  error_rate: z
    .number()
    .min(0)
    .max(100)
    .default(5)
    .meta({
      description: "Percent of failed requests to the new tasks above which it is rolled back.",
      examples: [1],
    }),
  min_requests: z
    .number()
    .int()
    .min(1)
    .default(20)
    .meta({
      description: "Requests to the new tasks below which their error rate says nothing.",
      examples: [100],
    }),
  latency: z
    .number()
    .positive()
    .optional()
    .meta({
      description: "Seconds that 95 % of the requests to the new tasks may take; any if absent.",
      examples: [0.5],
    }),
  failures: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(2)
    .meta({
      description: "Failed health checks in a row after which it is rolled back.",
      examples: [3],
    }),
  patience: Duration.default(300).meta({
    description: "Seconds that a gate waits for enough requests.",
    examples: [600],
  }),
  inconclusive: z
    .enum(["rollback", "warn"])
    .default("rollback")
    .meta({
      description: "What follows when a gate could not know whether the new tasks are good.",
      examples: ["warn"],
    }),
})

const Notify = z.strictObject({
  sns: z
    .string()
    .regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/, "must be the ARN of an SNS topic")
    .optional()
    .meta({
      description: "ARN of the SNS topic that hears of starts and ends; none if absent.",
      examples: ["arn:aws:sns:eu-central-1:111111111111:deployments"],
    }),
  github: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'must be "owner/repository"')
    .optional()
    .meta({
      description: "GitHub repository whose deployments show the state; none if absent.",
      examples: ["example/game"],
    }),
  github_api: Address.default("https://api.github.com").meta({
    description: "Address of GitHub's API.",
    examples: ["https://github.example.com/api/v3"],
  }),
})

/** The only numbers of days that CloudWatch takes. */
const RETENTIONS = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557],
  ...[2922, 3288, 3653],
] as const

const Monitoring = z.strictObject({
  log_group: FilledText.default("/ecs/{service}-{environment}").meta({
    description:
      "Log group that a service's containers write to. {service} and {environment} are filled in.",
    examples: ["/game/{environment}/{service}"],
  }),
  retention: z
    .literal(RETENTIONS)
    .default(30)
    .meta({ description: "Days that logs are kept.", examples: [90] }),
  log_errors: FilledText.default("?ERROR ?CRITICAL ?FATAL ?Traceback ?panic").meta({
    description: "CloudWatch's filter pattern for the lines of the log that count as errors.",
    examples: ['{ $.level = "error" }'],
  }),
  utilization: z
    .number()
    .min(1)
    .max(100)
    .default(90)
    .meta({
      description: "Percent of a task's CPU and memory above which there is an alarm.",
      examples: [80],
    }),
})

export const EnvironmentEntry = z.strictObject({
  after: Name.optional().meta({
    description: "Environment in which the same image must have passed before; none if absent.",
    examples: ["staging"],
  }),
  cluster: FilledText.meta({ description: "Name of the ECS cluster.", examples: ["game-staging"] }),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'must be an AWS region, such as "eu-central-1"')
    .meta({ description: "AWS region of the cluster.", examples: ["eu-central-1"] }),
  account: z
    .string()
    .regex(/^\d{12}$/, "must be twelve digits in quotes")
    .optional()
    .meta({
      description: "AWS account that the credentials must belong to; any if absent.",
      examples: ["111111111111"],
    }),
  registry: FilledText.optional().meta({
    description: "Registry and prefix of the images; `build.registry` if absent.",
    examples: ["registry.example.com/game"],
  }),
  vpc: z
    .string()
    .regex(/^vpc-[0-9a-f]+$/, 'must be the id of a VPC, such as "vpc-0123456789abcdef0"')
    .optional()
    .meta({
      description: "VPC that the target groups must be in; not checked if absent.",
      examples: ["vpc-0123456789abcdef0"],
    }),
  networks: z
    .array(Network)
    .default([])
    .meta({
      description: "Networks of the environment, which no other environment may overlap.",
      examples: [["10.1.0.0/16"]],
    }),
  service: FilledText.default("{service}-{environment}").meta({
    description: "Name of a service in ECS. {service} and {environment} are filled in.",
    examples: ["{service}"],
  }),
  url: Address.optional().meta({
    description: "Address where users reach a service. {service} and {environment} are filled in.",
    examples: ["https://{service}.example.com"],
  }),
  test_url: Address.optional().meta({
    description:
      "Address of the test listener, which has the new tasks behind it before users do. {service} and {environment} are filled in.",
    examples: ["https://{service}.example.com:8443"],
  }),
  alarms: z
    .array(FilledText)
    .default([])
    .meta({
      description:
        "CloudWatch alarms that roll a deployment back. {service} and {environment} are filled in.",
      examples: [["{service}-{environment}-error-rate"]],
    }),
  strategy: Strategy.default("rolling").meta({
    description: "How tasks are replaced when neither the service nor the command line says.",
    examples: ["canary"],
  }),
  traffic: Traffic.prefault({}).meta({
    description: "Steps of canary (10 percent, 300 seconds) and linear (25 percent, 180 seconds).",
    examples: [{ percent: 10, bake: 300 }],
  }),
  watch: Duration.default(600).meta({
    description:
      "Seconds that all traffic is watched before a deployment is good: afterwards for rolling, otherwise as bake time in whole minutes.",
    examples: [300],
  }),
  deadline: Seconds.optional().meta({
    description:
      "Seconds until a deployment is stopped; from the strategy, its steps and `watch` if absent.",
    examples: [3600],
  }),
  pause: Seconds.default(900).meta({
    description:
      "Seconds, in whole minutes, after which ECS itself rolls back when nobody answers at a gate.",
    examples: [1800],
  }),
  poll: Seconds.default(10).meta({
    description: "Seconds between two looks at a deployment.",
    examples: [5],
  }),
  gates: Gates.prefault({}).meta({
    description: "What the new tasks have to show.",
    examples: [{ error_rate: 1 }],
  }),
  notify: Notify.prefault({}).meta({
    description: "Who is told.",
    examples: [{ github: "example/game" }],
  }),
  monitoring: Monitoring.prefault({}).meta({
    description: "What `monitoring` sets up; its limits are those of `gates`.",
    examples: [{ retention: 90 }],
  }),
  jobs: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .meta({ description: "Services that are deployed side by side, at most.", examples: [4] }),
  github_subject: PlainText.optional().meta({
    description:
      "Subject of the GitHub token that may deploy; the repository's environment of this name if absent.",
    examples: ["repo:example/game:environment:production"],
  }),
})
export type EnvironmentEntry = z.infer<typeof EnvironmentEntry>

const TransactionStep = z.strictObject({
  method: z
    .enum(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])
    .default("GET")
    .meta({ description: "HTTP method.", examples: ["POST"] }),
  path: UrlPath.meta({
    description: "Path and query. Captured values are filled in as {name}.",
    examples: ["/players/{id}"],
  }),
  headers: z
    .record(z.string(), PlainText)
    .default({})
    .meta({ description: "HTTP headers.", examples: [{ accept: "application/json" }] }),
  body: z
    .unknown()
    .optional()
    .meta({
      description: "Body: text, or what is sent as JSON. Captured values are filled in.",
      examples: [{ name: "probe" }],
    }),
  status: z
    .number()
    .int()
    .min(100)
    .max(599)
    .default(200)
    .meta({ description: "Status that the answer must have.", examples: [201] }),
  contains: PlainText.optional().meta({
    description: "Text that the answer must contain.",
    examples: ["ready"],
  }),
  json: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({
      description: "Values that the JSON answer must have, by their keys with dots between.",
      examples: [{ "player.level": 1 }],
    }),
  capture: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/, "is not a name for a value"), FilledText)
    .default({})
    .meta({
      description: "Values to keep from the JSON answer for later steps, by name.",
      examples: [{ id: "player.id" }],
    }),
})

const Transaction = z.strictObject({
  name: Name.meta({ description: "Name of the transaction.", examples: ["create-player"] }),
  steps: z
    .array(TransactionStep)
    .min(1)
    .meta({
      description: "Requests, one after the other.",
      examples: [[{ path: "/health" }]],
    }),
})

const DeployOverrides = {
  service: FilledText.optional().meta({
    description: "Name of the service in ECS; from the environment if absent.",
    examples: ["kb"],
  }),
  url: Address.optional().meta({
    description: "Address where users reach the service; from the environment if absent.",
    examples: ["https://kb.example.com"],
  }),
  test_url: Address.optional().meta({
    description: "Address of its test listener; from the environment if absent.",
    examples: ["https://kb.example.com:8443"],
  }),
  strategy: Strategy.optional().meta({
    description: "How its tasks are replaced; from the environment if absent.",
    examples: ["canary"],
  }),
  alarms: z
    .array(FilledText)
    .optional()
    .meta({
      description: "CloudWatch alarms, besides those of the environment; none if absent.",
      examples: [["kb-queue-too-long"]],
    }),
}

export const ServiceDeployEntry = z.strictObject({
  ...DeployOverrides,
  container: FilledText.optional().meta({
    description:
      "Container of the task definition that gets the image; the only one, or the one with the service's name, if absent.",
    examples: ["app"],
  }),
  transactions: z
    .array(Transaction)
    .default([])
    .meta({
      description:
        "Synthetic transactions that show that it works; one request for `health` if empty.",
      examples: [[{ name: "alive", steps: [{ path: "/health" }] }]],
    }),
  environments: z
    .record(Name, z.strictObject(DeployOverrides))
    .default({})
    .meta({
      description: "What differs in an environment, by its name.",
      examples: [{ staging: { strategy: "rolling" } }],
    }),
})
export type ServiceDeployEntry = z.infer<typeof ServiceDeployEntry>

/** Turns a checked environment into what the program works with. */
export function normaliseEnvironment(name: string, entry: EnvironmentEntry): Environment {
  const { test_url, gates, notify, monitoring, github_subject, ...rest } = entry
  return {
    name,
    ...rest,
    ...(test_url !== undefined && { testUrl: test_url }),
    ...(github_subject !== undefined && { githubSubject: github_subject }),
    gates: {
      errorRate: gates.error_rate,
      minRequests: gates.min_requests,
      ...(gates.latency !== undefined && { latency: gates.latency }),
      failures: gates.failures,
      patience: gates.patience,
      inconclusive: gates.inconclusive,
    },
    monitoring: {
      logGroup: monitoring.log_group,
      retention: monitoring.retention,
      logErrors: monitoring.log_errors,
      utilization: monitoring.utilization,
    },
    notify: {
      ...(notify.sns !== undefined && { sns: notify.sns }),
      ...(notify.github !== undefined && { github: notify.github }),
      githubApi: notify.github_api,
    },
  }
}

/** Turns the checked `deploy` of a service into what the program works with. */
export function normaliseServiceDeploy(entry: ServiceDeployEntry): ServiceDeploy {
  const { environments, container, transactions, ...overrides } = entry
  return {
    ...normaliseOverrides(overrides),
    ...(container !== undefined && { container }),
    transactions,
    environments: Object.fromEntries(
      Object.entries(environments).map(([name, each]) => [name, normaliseOverrides(each)]),
    ),
  }
}

function normaliseOverrides({
  test_url,
  ...rest
}: ServiceDeployEntry["environments"][string]): ServiceDeploy["environments"][string] {
  return { ...rest, ...(test_url !== undefined && { testUrl: test_url }) }
}
