import { parseImageReference } from "../dockerfile/image-reference.js"
import type { BaseDigest, Origin } from "./labels.js"

/** Types of what is said about an image, as the field knows them. */
export const PREDICATES = {
  provenance: "https://slsa.dev/provenance/v1",
  cyclonedx: "https://cyclonedx.org/bom",
  spdx: "https://spdx.dev/Document",
  /** What cosign signs when it signs an image and nothing else. */
  signature: "https://sigstore.dev/cosign/sign/v1",
} as const

/** Types of the documents that are attached to an image, as registries list them. */
export const ARTIFACT_TYPES = {
  cyclonedx: "application/vnd.cyclonedx+json",
  spdx: "application/spdx+json",
  statement: "application/vnd.in-toto+json",
  bundle: "application/vnd.dev.sigstore.bundle.v0.3+json",
} as const

/** Names of annotations that tell the documents of one type apart. */
export const PREDICATE_ANNOTATION = {
  statement: "in-toto.io/predicate-type",
  bundle: "dev.sigstore.bundle.predicateType",
} as const

/** Annotation with the public key that a signature is made with, as a digest. */
export const KEY_ANNOTATION = "dev.pipeline.key"

/** How BuildKit, which builds Dockerfiles in the engine, describes a build. */
const DOCKERFILE_BUILD =
  "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md"
/** A standard image: services.json alone says how it is built. */
const STANDARD_BUILD = "https://dagger.io/pipeline/standard-image@v1"
const BUILDER = "https://dagger.io/engine"

/** An image that something is said about. */
export interface Subject {
  /** With registry and prefix, without a tag. */
  repository: string
  digest: string
}

/** An in-toto statement. */
export interface Statement {
  _type: "https://in-toto.io/Statement/v1"
  subject: { name: string; digest: { sha256: string } }[]
  predicateType: string
  predicate: object
}

/** How an image was built. */
export interface BuildFacts {
  origin: Origin
  bases: readonly BaseDigest[]
  /** From the repository's root; absent for the standard image of a language. */
  dockerfile?: string
  target?: string
  args: Readonly<Record<string, string>>
  /** Names of the secrets that the build could mount. */
  secrets: readonly string[]
  /** Version of the engine. */
  engine: string
  /** When the run began, in ISO 8601 (UTC). */
  started: string
  finished: string
}

/** Something that is said about an image, with the image's digest. */
export function statement(
  { repository, digest }: Subject,
  predicateType: string,
  predicate: object,
): Statement {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: repository, digest: { sha256: hexOf(digest) } }],
    predicateType,
    predicate,
  }
}

/** Where an image comes from, as SLSA wants it said: what was built, from which commit and images, by what. */
export function provenance(facts: BuildFacts): object {
  const { origin, bases, dockerfile, target, args, secrets, engine, started, finished } = facts
  const source = {
    ...(origin.source !== undefined && { uri: `git+${origin.source}` }),
    digest: { gitCommit: origin.revision },
  }
  return {
    buildDefinition: {
      buildType: dockerfile === undefined ? STANDARD_BUILD : DOCKERFILE_BUILD,
      externalParameters: {
        configSource: { ...source, path: dockerfile ?? "services.json" },
        request: {
          frontend: dockerfile === undefined ? "standard" : "dockerfile.v0",
          args: {
            ...(target !== undefined && { target }),
            ...Object.fromEntries(
              Object.entries(args).map(([name, value]) => [`build-arg:${name}`, value]),
            ),
          },
          secrets: secrets.map((id) => ({ id })),
        },
      },
      resolvedDependencies: [source, ...bases.map(dependency)],
    },
    runDetails: {
      builder: { id: BUILDER, version: { dagger: engine } },
      metadata: {
        invocationId: `${origin.revision} ${started}`,
        startedOn: started,
        finishedOn: finished,
      },
    },
  }
}

/** A base image as a package URL. */
function dependency({ reference, digest }: BaseDigest): object {
  const image = parseImageReference(reference)
  const name = image?.familiar.replace(/@.*$/, "").replace(/:[^/:]*$/, "") ?? reference
  const version = image?.tag ?? digest
  return {
    uri: `pkg:docker/${name}@${encodeURIComponent(version)}`,
    digest: { sha256: hexOf(digest) },
  }
}

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, "")
}

/** A document that is attached to an image. */
export interface Attachment {
  /** Name of the file that it is in. */
  file: string
  artifactType: string
  /** What tells it from others of its type. */
  annotations: Record<string, string>
}

/** Everything that is said about an image. */
export interface Documents {
  /** Attached as they are. */
  plain: { attachment: Attachment; text: string }[]
  /** Attached signed, where there is a key. */
  statements: { name: string; predicateType: string; text: string }[]
}

/**
 * The documents of an image: its bills of materials, its provenance, and the statements that a key
 * signs.
 *
 * @param sbom the bills of materials as JSON, by format; undefined when none is wanted
 */
export function documentsOf(
  subject: Subject,
  sbom: { cyclonedx: string; spdx: string } | undefined,
  facts: BuildFacts,
): Documents {
  const origin = statement(subject, PREDICATES.provenance, provenance(facts))
  const formats = sbom === undefined ? [] : (["cyclonedx", "spdx"] as const)
  const bills = formats.map((format) => ({ format, text: sbom?.[format] ?? "" }))
  return {
    plain: [
      ...bills.map(({ format, text }) => ({
        attachment: {
          file: `${format}.json`,
          artifactType: ARTIFACT_TYPES[format],
          annotations: {},
        },
        text,
      })),
      {
        attachment: {
          file: "provenance.json",
          artifactType: ARTIFACT_TYPES.statement,
          annotations: { [PREDICATE_ANNOTATION.statement]: PREDICATES.provenance },
        },
        text: JSON.stringify(origin),
      },
    ],
    statements: [
      { name: "signature", said: statement(subject, PREDICATES.signature, {}) },
      { name: "provenance", said: origin },
      ...bills.map(({ format, text }) => ({
        name: format,
        said: statement(subject, PREDICATES[format], JSON.parse(text) as object),
      })),
    ].map(({ name, said }) => ({
      name,
      predicateType: said.predicateType,
      text: JSON.stringify(said),
    })),
  }
}

/** The signature of a statement as a document of its own. */
export function signedAttachment(file: string, predicateType: string, key: string): Attachment {
  return {
    file,
    artifactType: ARTIFACT_TYPES.bundle,
    annotations: { [PREDICATE_ANNOTATION.bundle]: predicateType, [KEY_ANNOTATION]: key },
  }
}
