import { z } from "zod"

import {
  Digest,
  EnvironmentMap,
  FilledText,
  Globs,
  ImageReference,
  Name,
  PlainText,
  Port,
  Seconds,
  UrlPath,
} from "./fields.js"
import { EnvironmentEntry } from "./deploy.js"
import { ScanEntry } from "./scan.js"

/** The shape of `pipeline.yaml`: what concerns the repository as a whole. */

const ChangesEntry = z.strictObject({
  base: z
    .string()
    .regex(
      /^(?!-)(?!.*\.\.)[^\s\u0000-\u001f\u007f]+$/,
      'must be one git revision: no spaces, no "..", no "-" in front',
    )
    .optional()
    .meta({
      description:
        "Git revision that changes are compared with when the command line names none; the default branch if absent.",
      examples: ["origin/develop"],
    }),
  global: Globs.default([]).meta({
    description: 'Globs of files that concern every service. "!" in front excludes.',
    examples: [["requirements/base.txt", "docker/**"]],
  }),
  ignore: Globs.default([]).meta({
    description: 'Globs of files that concern no service. "!" in front excludes.',
    examples: [["docs/**", "**/*.md"]],
  }),
})

const ImageEntry = z.union([
  Digest,
  z
    .strictObject({
      digest: Digest.optional().meta({
        description: "Digest that the tag stands for.",
        examples: [`sha256:${"0".repeat(64)}`],
      }),
      mirror: ImageReference.optional().meta({
        description: "Reference of the same image in another registry, which is asked first.",
        examples: ["registry.example.com/mirror/python:3.11-slim"],
      }),
    })
    .refine((image) => image.digest !== undefined || image.mirror !== undefined, {
      error: "must have a digest, a mirror, or both",
    })
    .meta({ minProperties: 1 }),
])

const Variables = z.record(
  z
    .string()
    .regex(
      /^(?!(?:host|port)$)[a-z][a-z0-9_]*$/,
      "is not a name for a variable: small letters, digits and _; host and port are taken",
    ),
  PlainText,
)

export const BackingServiceEntry = z.strictObject({
  image: ImageReference.optional().meta({
    description: "Image of the container. Required for a backing service that is not built in.",
    examples: ["mysql:8.4"],
  }),
  port: Port.optional().meta({
    description: "Port it listens on. Required for a backing service that is not built in.",
    examples: [3306],
  }),
  env: EnvironmentMap.optional().meta({
    description:
      "Environment variables of the backing container. {port} and variables are filled in.",
    examples: [{ MYSQL_DATABASE: "{database}", MYSQL_ROOT_PASSWORD: "{password}" }],
  }),
  args: z
    .array(PlainText)
    .optional()
    .meta({
      description:
        "Arguments of the image's entrypoint; the image's own if empty. {port} and variables are filled in.",
      examples: [["--skip-name-resolve"]],
    }),
  variables: Variables.optional().meta({
    description: "Values that the other fields name in braces.",
    examples: [{ database: "test", password: "test" }],
  }),
  provides: EnvironmentMap.optional().meta({
    description:
      "Environment variables for the service under test. {host}, {port} and variables are filled in.",
    examples: [{ MYSQL_URL: "mysql://root:{password}@{host}:{port}/{database}" }],
  }),
  ready: z
    .strictObject({
      command: z
        .array(FilledText)
        .min(1)
        .optional()
        .meta({
          description:
            "Program and arguments, run in the container, that exit with 0. With neither this nor `http`, the port must accept connections.",
          examples: [["mysqladmin", "ping"]],
        }),
      http: z
        .strictObject({
          port: Port.optional().meta({
            description: "Port that is asked; the backing service's own if absent.",
            examples: [9000],
          }),
          path: UrlPath.meta({
            description: "Path that answers with a 2xx status.",
            examples: ["/minio/health/ready"],
          }),
        })
        .optional()
        .meta({
          description: "HTTP request that is answered with a 2xx status, in place of a command.",
          examples: [{ path: "/minio/health/ready" }],
        }),
      timeout: Seconds.optional().meta({
        description: "Seconds until the backing service must be ready; 60 if absent.",
        examples: [120],
      }),
    })
    .refine(({ command, http }) => command === undefined || http === undefined, {
      error: 'must have a "command" or "http", not both',
    })
    .optional()
    .meta({
      description: "When the backing service counts as started.",
      examples: [{ command: ["mysqladmin", "ping"] }],
    }),
})
export type BackingServiceEntry = z.infer<typeof BackingServiceEntry>

export const PipelineFile = z
  .strictObject({
    $schema: PlainText.optional().meta({
      description: "Address of the JSON Schema, for editors; the pipeline does not read it.",
      examples: ["./ci/schema/pipeline.schema.json"],
    }),
    changes: ChangesEntry.prefault({}).meta({
      description: "How changes are detected.",
      examples: [{ base: "origin/main", ignore: ["**/*.md"] }],
    }),
    images: z
      .record(ImageReference, ImageEntry)
      .default({})
      .meta({
        description:
          "For a tag, exactly as Dockerfiles write it: the digest it stands for, or an object with `digest` and `mirror`.",
        examples: [{ "python:3.11-slim": `sha256:${"0".repeat(64)}` }],
      }),
    backing_services: z
      .record(Name, BackingServiceEntry)
      .default({})
      .meta({
        description:
          "Containers that run beside tests, by name: further ones, or changes to the built-in nats, postgres and redis.",
        examples: [{ postgres: { image: "postgres:16" } }],
      }),
    jobs: z
      .number()
      .int()
      .min(1)
      .max(256)
      .optional()
      .meta({
        description:
          "How many services are worked on side by side, at most; decided by the engine's size if absent.",
        examples: [4],
      }),
    build: z
      .looseObject({
        registry: z
          .string()
          .regex(
            /^(?!.*\/\/)[a-z0-9][a-z0-9._:/-]*[a-z0-9]$/,
            'must be a registry and prefix without "https://", such as "registry.example.com/game"',
          )
          .optional()
          .meta({
            description: "Registry and prefix that images are pushed to.",
            examples: ["registry.example.com/game"],
          }),
        source: z
          .string()
          .regex(
            /^https?:\/\/[^\s@]+$/,
            'must be an address, such as "https://github.com/org/game"',
          )
          .optional()
          .meta({
            description:
              "Address of the repository that images name as their source; where git fetches from if absent. Set it so that every machine gives the same digest.",
            examples: ["https://github.com/org/game"],
          }),
        moving_tags: z
          .array(
            z
              .string()
              .regex(
                /^(?:\w|\{branch\})(?:[\w.-]|\{branch\}){0,127}$/,
                'must be a tag, such as "latest"',
              ),
          )
          .default([])
          .meta({
            description:
              "Tags that are moved to the pushed image, beside the one of its commit. {branch} is filled in.",
            examples: [["{branch}"]],
          }),
        sbom: z
          .boolean()
          .default(true)
          .meta({
            description: "Whether a bill of materials is made of every image that is pushed.",
            examples: [false],
          }),
        cache: z
          .string()
          .regex(
            /^(?:off|[a-z0-9][a-z0-9.:-]*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+)$/,
            'must be a repository in a registry without a tag, such as "registry.example.com/game/cache", or "off"',
          )
          .optional()
          .meta({
            description:
              "Repository of its own, with mutable tags, that keeps layers for engines that begin empty; PIPELINE_CACHE overrides it.",
            examples: ["registry.example.com/game/cache"],
          }),
      })
      .prefault({})
      .meta({
        description: "Build options of the repository.",
        examples: [{ registry: "registry.example.com/game" }],
      }),
    scan: ScanEntry.prefault({}).meta({
      description: "Security scans: what runs, and what its findings amount to.",
      examples: [{ fail_on: "critical" }],
    }),
    environments: z
      .record(Name, EnvironmentEntry)
      .default({})
      .meta({
        description: "Deployment environments, by name.",
        examples: [{ staging: { cluster: "game-staging", region: "eu-central-1" } }],
      }),
  })
  .meta({
    description: "What concerns the repository as a whole.",
    examples: [{ changes: { base: "origin/main" } }],
  })
export type PipelineFile = z.infer<typeof PipelineFile>
