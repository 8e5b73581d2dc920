import { z } from "zod"

import { isSecretName } from "../dockerfile/secret-names.js"
import {
  DockerfilePath,
  DocumentPath,
  EnvironmentMap,
  FilledText,
  FolderPath,
  Globs,
  Memory,
  Name,
  OwnPath,
  PlainText,
  Port,
  Seconds,
  UrlPath,
} from "./fields.js"
import { ServiceDeployEntry } from "./deploy.js"
import { ServiceScanEntry } from "./scan.js"
import { LANGUAGES } from "./types.js"

/**
 * The shape of `services.json`. The texts here are its documentation: they become the JSON Schema,
 * the field tables of the guide, and the "expected" line of an error.
 */

const DependsOn = z
  .array(Name)
  .default([])
  .meta({
    description:
      "Names of services and libraries that this one uses. A change to one of them concerns this one too, at any depth.",
    examples: [["game-common", "player-profile"]],
  })

const NeedEntry = z.union([
  Name,
  z.strictObject({
    name: Name.meta({ description: "Name of the backing service.", examples: ["postgres"] }),
    env: EnvironmentMap.optional().meta({
      description:
        "Environment variables for the service, in place of the backing service's own. {host}, {port} and the backing service's variables are filled in.",
      examples: [{ DB_URL: "postgresql://{user}:{password}@{host}:{port}/{database}" }],
    }),
  }),
])

const HealthEntry = z
  .strictObject({
    port: Port.optional().meta({
      description: "Port of the container that answers HTTP.",
      examples: [8080],
    }),
    path: UrlPath.optional().meta({
      description:
        'Path that answers with a 2xx status, when there is a port; "/health" if absent.',
      examples: ["/healthz"],
    }),
    protocol: z
      .enum(["http", "tcp", "grpc"])
      .optional()
      .meta({
        description:
          'What the port speaks: "http" if absent, "grpc" for the gRPC health protocol, "tcp" for anything that accepts connections.',
        examples: ["grpc"],
      }),
    command: FilledText.optional().meta({
      description: "Command inside the running container that exits with 0, in place of a port.",
      examples: ["python -m worker.check"],
    }),
    timeout: Seconds.default(30).meta({
      description: "Seconds until the container must be healthy.",
      examples: [60],
    }),
    grace: Seconds.default(10).meta({
      description: "Seconds that the container has to end after SIGTERM.",
      examples: [30],
    }),
    allow_root: z
      .boolean()
      .default(false)
      .meta({
        description: "Whether the container may run as root.",
        examples: [true],
      }),
  })
  .refine(({ path, protocol }) => path === undefined || (protocol ?? "http") === "http", {
    error: 'has a "path", which only "http" asks for',
  })
  .refine(hasOneProbe, {
    error: 'must have either a "port", and if wanted a "path", or a "command"',
    // Beside errors of other fields, but not when the port may be there under a misspelt key.
    when: ({ value, issues }) =>
      typeof value === "object" &&
      value !== null &&
      !issues.some(({ code }) => code === "unrecognized_keys"),
  })
  .meta({ oneOf: [{ required: ["port"] }, { required: ["command"] }] })

function hasOneProbe({ port, path, protocol, command }: Record<string, unknown>): boolean {
  if (command === undefined) return port !== undefined
  return port === undefined && path === undefined && protocol === undefined
}

const BuildEntry = z.strictObject({
  context: z
    .enum([".", "/"])
    .default(".")
    .meta({
      description: 'What COPY can see: "." is the service\'s folder, "/" the whole repository.',
      examples: ["/"],
    }),
  command: FilledText.optional().meta({
    description:
      "What the standard image of the language runs, in the service's folder; for a service without a `dockerfile`. No image is built if both are absent.",
    examples: ["python -m api", "uvicorn api:app --host 0.0.0.0 --port 8000"],
  }),
  target: FilledText.optional().meta({
    description: "Stage of the Dockerfile to build; the last one if absent.",
    examples: ["runtime"],
  }),
  args: EnvironmentMap.superRefine(noSecretArguments)
    .default({})
    .meta({
      description: "Build arguments. Not for secrets: arguments stay readable in the image.",
      examples: [{ APP_MODE: "production" }],
    }),
  secrets: z
    .array(z.string().regex(/^[A-Za-z0-9_][\w.-]*$/, 'must be a name, such as "PIP_TOKEN"'))
    .default([])
    .meta({
      description:
        "Secrets that the Dockerfile mounts with RUN --mount=type=secret,id=NAME. Their values come with --build-secret=env://NAME.",
      examples: [["PIP_TOKEN"]],
    }),
  max_size: Memory.optional().meta({
    description: "Most that the image's layers may take as they are transferred; any if absent.",
    examples: ["200m"],
  }),
  platforms: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, 'must be a platform, such as "linux/arm64"'),
    )
    .default([])
    .meta({
      description: "Platforms to build for; the engine's own if empty.",
      examples: [["linux/amd64", "linux/arm64"]],
    }),
})

/** Whoever has the image can read the arguments that it was built with. */
function noSecretArguments(args: Record<string, string>, context: z.core.$RefinementCtx): void {
  for (const [name, value] of Object.entries(args)) {
    if (value === "" || !isSecretName(name)) continue
    context.addIssue({
      code: "custom",
      // An issue of the argument itself would show its value.
      message: `${name} looks like a secret, and a build argument stays readable in the image`,
      params: {
        expected: `"secrets": ["${name}"] in its place, and RUN --mount=type=secret,id=${name} in the Dockerfile`,
        suggestion: `give the value with --build-secret=env://${name}`,
      },
    })
  }
}

const TestEntry = z.strictObject({
  timeout: Seconds.default(900).meta({
    description: "Seconds after which the tests are stopped and count as failed.",
    examples: [300],
  }),
  memory: Memory.optional().meta({
    description: "Limit for the memory of the tests; none if absent.",
    examples: ["512m"],
  }),
  retries: z
    .number()
    .int()
    .min(0)
    .max(5)
    .default(0)
    .meta({
      description: "How often failed tests are tried again. A passed retry is reported as flaky.",
      examples: [2],
    }),
  shards: z
    .number()
    .int()
    .min(1)
    .max(32)
    .default(1)
    .meta({
      description: "Number of containers that the tests are split over.",
      examples: [4],
    }),
  allow_no_tests: z
    .boolean()
    .default(false)
    .meta({
      description: "Whether a command that runs no test passes.",
      examples: [true],
    }),
  env: EnvironmentMap.default({}).meta({
    description: "Environment variables of the test command.",
    examples: [{ LOG_LEVEL: "debug" }],
  }),
})

const ContractEntry = z.strictObject({
  openapi: DocumentPath.meta({
    description:
      'OpenAPI document that the running service keeps to: a file in `path`, or with a "/" in front the path under which the service itself serves it.',
    examples: ["openapi.yaml", "/openapi.json"],
  }),
  cases: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(30)
    .meta({
      description: "How many generated requests an operation gets, at most.",
      examples: [100],
    }),
  exclude: z
    .array(UrlPath)
    .default([])
    .meta({
      description: "Paths of the document that are left out, exactly as it writes them.",
      examples: [["/admin/{id}"]],
    }),
  timeout: Seconds.default(300).meta({
    description: "Seconds that the check may take.",
    examples: [600],
  }),
})

const GeneratedEntry = z.strictObject({
  files: z
    .array(OwnPath)
    .min(1)
    .meta({
      description:
        'Files and folders that the command makes, from `path`; with a "/" in front, from the repository\'s root.',
      examples: [["openapi.json", "/libs/wire/messages_pb2.py"]],
    }),
  command: FilledText.meta({
    description: "Shell command that makes them, in the service's folder.",
    examples: ["python -m api.export_openapi openapi.json"],
  }),
})

const LoadRequest = z.union([
  z.string().regex(/^[A-Z]+ \/\S*$/, 'must be a method and a path, such as "GET /players/7"'),
  z.strictObject({
    method: z
      .string()
      .regex(/^[A-Z]+$/, 'must be a method, such as "POST"')
      .meta({ description: "Method of the request.", examples: ["POST"] }),
    path: UrlPath.meta({ description: "Path that is asked.", examples: ["/tickets"] }),
    headers: z
      .record(FilledText, PlainText)
      .default({})
      .meta({
        description: "Headers of the request.",
        examples: [{ "content-type": "application/json" }],
      }),
    body: PlainText.optional().meta({
      description: "What is sent.",
      examples: ['{"player": 7}'],
    }),
  }),
])

const LoadEntry = z.strictObject({
  requests: z
    .array(LoadRequest)
    .min(1)
    .optional()
    .meta({
      description: "What is asked, in turn; the `path` of `health` if absent.",
      examples: [["GET /players/7", { method: "POST", path: "/tickets", body: "{}" }]],
    }),
  rate: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(50)
    .meta({
      description: "Requests per second that are sent, however fast they are answered.",
      examples: [200],
    }),
  duration: Seconds.default(10).meta({
    description: "Seconds for which they are sent, after two that don't count.",
    examples: [30],
  }),
  p95: z
    .number()
    .positive()
    .optional()
    .meta({
      description: "Milliseconds within which 95 of 100 answers must be there; any if absent.",
      examples: [150],
    }),
  throughput: z
    .number()
    .positive()
    .optional()
    .meta({
      description: "Requests per second that must be answered well; any if absent.",
      examples: [190],
    }),
  errors: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .meta({
      description: "Percent of the requests that may fail: no answer, or a status of 400 or more.",
      examples: [0.5],
    }),
  slowdown: z
    .number()
    .positive()
    .optional()
    .meta({
      description:
        "Percent by which the 95th percentile may exceed that of earlier runs on the same machine; any if absent.",
      examples: [50],
    }),
})

export const ServiceEntry = z
  .strictObject({
    name: Name.meta({
      description: "Name of the service, unique among services and libraries.",
      examples: ["matchmaking"],
    }),
    path: FolderPath.meta({
      description: 'Folder of the service, from the repository\'s root; "." for the root itself.',
      examples: ["services/matchmaking"],
    }),
    dockerfile: DockerfilePath.optional().meta({
      description:
        'Dockerfile, from `path`; with a "/" in front, from the repository\'s root. If absent, `build.command` makes the standard image of the language.',
      examples: ["Dockerfile.nats", "/docker/python.Dockerfile"],
    }),
    language: z.enum(LANGUAGES).meta({
      description: "Language of the service. It decides the base image, lint and import checks.",
      examples: ["python"],
    }),
    language_version: z
      .string()
      .regex(/^\d+(\.\d+){0,2}$/, 'must be a version, such as "3.11"')
      .optional()
      .meta({
        description: "Version of the language; the pipeline's default if absent.",
        examples: ["3.11"],
      }),
    test_command: FilledText.meta({
      description: "Shell command that runs the tests, in the service's folder.",
      examples: ["pytest tests"],
    }),
    depends_on: DependsOn,
    inputs: Globs.default([]).meta({
      description:
        'Globs from the repository\'s root of further files that concern the service. "!" in front excludes.',
      examples: [["proto/**", "!proto/**/*.md"]],
    }),
    ignore: Globs.default([]).meta({
      description:
        'Globs inside `path` of files that don\'t concern the service. "!" in front excludes.',
      examples: [["docs/**", "*.md"]],
    }),
    needs: z
      .array(NeedEntry)
      .default([])
      .meta({
        description:
          "Backing services that run beside the tests and the smoke test: built-in ones (nats, postgres, redis) or those of pipeline.yaml.",
        examples: [["redis", { name: "postgres", env: { DB_HOST: "{host}" } }]],
      }),
    health: HealthEntry.optional().meta({
      description: "How the running container shows that it is healthy: a port or a command.",
      examples: [{ port: 8080, path: "/health" }],
    }),
    build: BuildEntry.prefault({}).meta({
      description: "How the image is built.",
      examples: [{ context: "/", target: "runtime" }],
    }),
    contract: ContractEntry.optional().meta({
      description: "What the running service is checked against after its smoke test.",
      examples: [{ openapi: "openapi.yaml" }],
    }),
    generated: z
      .array(GeneratedEntry)
      .default([])
      .meta({
        description:
          "Files in git that a command makes from others. Preflight runs the command and fails when they are not current.",
        examples: [
          [{ files: ["openapi.json"], command: "python -m api.export_openapi openapi.json" }],
        ],
      }),
    load: LoadEntry.optional().meta({
      description: "How the running service is tried under load, after its smoke test.",
      examples: [{ rate: 100, p95: 150 }],
    }),
    test: TestEntry.prefault({}).meta({
      description: "How the tests are run.",
      examples: [{ timeout: 300, retries: 1 }],
    }),
    scan: ServiceScanEntry.prefault({}).meta({
      description: "How security scans treat this service.",
      examples: [{ fail_on: "critical" }],
    }),
    deploy: ServiceDeployEntry.prefault({}).meta({
      description: "How the service is deployed.",
      examples: [{ strategy: "canary" }],
    }),
    always: z
      .boolean()
      .default(false)
      .meta({
        description: "Whether the service is part of every run, whatever changed.",
        examples: [true],
      }),
  })
  .meta({ id: "Service" })
export type ServiceEntry = z.infer<typeof ServiceEntry>

const IntegrationService = z.union([
  Name,
  z.strictObject({
    name: Name.meta({ description: "Name of the service.", examples: ["api"] }),
    env: EnvironmentMap.default({}).meta({
      description: "Environment variables of the service, such as where the ones before it are.",
      examples: [{ PLAYER_PROFILE_URL: "http://player-profile:8000" }],
    }),
  }),
])

/** What it shares with a service means the same there. */
export const IntegrationEntry = z.strictObject({
  name: ServiceEntry.shape.name.meta({
    description: "Name of the integration test, unique among services and libraries too.",
    examples: ["ranked-match"],
  }),
  services: z
    .array(IntegrationService)
    .min(1)
    .meta({
      description:
        "Services that are started from their images, in this order: each reaches those before it, under their names. All of them share one of each backing service.",
      examples: [["player-profile", "matchmaking"]],
    }),
  path: ServiceEntry.shape.path.meta({
    description: "Folder of the tests; integration tests can share one.",
    examples: ["tests/ranked_match"],
  }),
  language: ServiceEntry.shape.language.meta({
    description: "Language of the tests.",
    examples: ["python"],
  }),
  language_version: ServiceEntry.shape.language_version,
  test_command: ServiceEntry.shape.test_command.meta({
    description:
      "Shell command that runs the tests, in `path`. The address of each service is in a variable such as PLAYER_PROFILE_URL.",
    examples: ["pytest ."],
  }),
  depends_on: ServiceEntry.shape.depends_on,
  inputs: ServiceEntry.shape.inputs,
  ignore: ServiceEntry.shape.ignore,
  needs: ServiceEntry.shape.needs.meta({
    description:
      "Backing services that the tests themselves talk to; one that a service needs too is the same one.",
    examples: [["nats"]],
  }),
  test: TestEntry.omit({ shards: true })
    .prefault({})
    .meta({
      description: "How the tests are run.",
      examples: [{ timeout: 300 }],
    }),
})
export type IntegrationEntry = z.infer<typeof IntegrationEntry>

export const LibraryEntry = z.strictObject({
  name: Name.meta({
    description: "Name of the library, unique among services and libraries.",
    examples: ["game-common"],
  }),
  path: FolderPath.meta({
    description: "Folder of the library, from the repository's root.",
    examples: ["libs/game_common"],
  }),
  depends_on: DependsOn,
})
export type LibraryEntry = z.infer<typeof LibraryEntry>

export const ServicesFile = z
  .strictObject({
    $schema: PlainText.optional().meta({
      description: "Address of the JSON Schema, for editors; the pipeline does not read it.",
      examples: ["./ci/schema/services.schema.json"],
    }),
    services: z.array(ServiceEntry).meta({
      description: "The services of the repository.",
      examples: [
        [{ name: "api", path: "services/api", language: "python", test_command: "pytest tests" }],
      ],
    }),
    libraries: z
      .array(LibraryEntry)
      .default([])
      .meta({
        description: "Code that services share, so that a change to it concerns its users.",
        examples: [[{ name: "game-common", path: "libs/game_common" }]],
      }),
    integration: z
      .array(IntegrationEntry)
      .default([])
      .meta({
        description:
          "Tests of several services together. They run when one of their services is affected.",
        examples: [
          [
            {
              name: "ranked-match",
              services: ["player-profile", "matchmaking"],
              path: "tests/ranked_match",
              language: "python",
              test_command: "pytest .",
            },
          ],
        ],
      }),
  })
  .meta({
    description:
      "What the pipeline works on: an object with the services of the repository, or only the list of them.",
    examples: [{ services: [] }],
  })
export type ServicesFile = z.infer<typeof ServicesFile>
