import type { Strategy } from "../../../src/config/types.js"
import type { Registry } from "./registry.js"
import { MANIFEST_TYPE, sha256 } from "./registry.js"

/** How a deployment ended. */
export type Verdict = "passed" | "rolled-back" | "rollback-failed" | "deadline" | "superseded"

/** What is remembered of a deployment. */
export interface DeploymentRecord {
  version: 1
  service: string
  environment: string
  /** Of the image that was deployed. */
  digest: string
  /** As it was asked for; the commit's id. */
  tag: string
  /** Of the image that ran before. */
  previous?: string
  /** Somebody went back by hand, away from `previous`; absent for a deployment of something new. */
  rollback?: true
  strategy: Strategy
  /** ISO times. */
  started: string
  ended: string
  verdict: Verdict
  reason: string
  /** ARN of whoever deployed. */
  by: string
  /** ARN of the deployment in ECS. */
  deployment: string
  /** When the commit was made, ISO, where the image says. */
  committed?: string
}

const ARTIFACT_TYPE = "application/vnd.pipeline.deployment.v1+json"
const EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
const EMPTY = Buffer.from("{}")
const ANNOTATION = "dev.pipeline.deployment"

/**
 * Keeps a record beside the image: an OCI artifact that refers to it, with a tag of its own, so that
 * it is found in registries that know referrers and in those that do not.
 */
export async function keepRecord(
  registry: Registry,
  repository: string,
  record: DeploymentRecord,
): Promise<void> {
  const image = await registry.manifest(repository, record.digest)
  const subject = image && {
    mediaType: image.manifest.mediaType ?? MANIFEST_TYPE,
    digest: image.digest,
    size: image.size,
  }
  await registry.putBlob(repository, EMPTY)
  const empty = { mediaType: EMPTY_TYPE, digest: sha256(EMPTY), size: EMPTY.length }
  await registry.putManifest(repository, tagOf(record), {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: ARTIFACT_TYPE,
    config: empty,
    layers: [empty],
    ...(subject && { subject }),
    annotations: {
      "org.opencontainers.image.created": record.ended,
      [ANNOTATION]: JSON.stringify(record),
    },
  })
}

/**
 * The records of a repository, the newest first.
 *
 * @param limit how many are read at most, after those of the environment were picked
 */
export async function readRecords(
  registry: Registry,
  repository: string,
  environment: string | undefined,
  limit: number,
): Promise<DeploymentRecord[]> {
  const tags = (await registry.tags(repository))
    .flatMap((tag) => partsOf(tag))
    .filter((parts) => environment === undefined || parts.environment === environment)
    .sort((one, other) => (one.time < other.time ? 1 : -1))
    .slice(0, limit)
  const records = await Promise.all(tags.map(({ tag }) => readRecord(registry, repository, tag)))
  return records.flatMap((record) => (record === undefined ? [] : [record]))
}

async function readRecord(
  registry: Registry,
  repository: string,
  tag: string,
): Promise<DeploymentRecord | undefined> {
  const stored = await registry.manifest(repository, tag)
  const text = stored?.manifest.annotations?.[ANNOTATION]
  return text === undefined ? undefined : (JSON.parse(text) as DeploymentRecord)
}

/** Sorts by time, and is never used twice. */
function tagOf({ environment, ended, deployment }: DeploymentRecord): string {
  const time = ended.replace(/[-:]/g, "").replace(/\.\d+/, "")
  const id = sha256(Buffer.from(`${deployment}${ended}`)).slice(7, 15)
  return `deployment.${environment}.${time}.${id}`
}

function partsOf(tag: string): { tag: string; environment: string; time: string }[] {
  const [, environment, time] = /^deployment\.(.+)\.(\d{8}T\d{6}Z)\.[0-9a-f]{8}$/.exec(tag) ?? []
  if (environment === undefined || time === undefined) return []
  return [{ tag, environment, time }]
}
