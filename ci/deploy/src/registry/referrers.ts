import type { Descriptor, Registry, StoredManifest } from "./registry.js"
import { INDEX_TYPE, MANIFEST_TYPE, sha256 } from "./registry.js"

/** A document that belongs to an image. */
export interface Document {
  artifactType: string
  /** What tells it from others of its type. */
  annotations: Record<string, string>
  bytes: Buffer
}

const EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
const EMPTY = Buffer.from("{}")

/**
 * Everything that refers to a manifest. A registry that does not know referrers keeps them in an
 * index under a tag that is made of the digest, as the OCI distribution specification says.
 */
export async function referrersOf(
  registry: Registry,
  repository: string,
  digest: string,
): Promise<Descriptor[]> {
  const known = await registry.referrers(repository, digest)
  if (known !== undefined) return known
  const index = await registry.manifest(repository, fallbackTag(digest))
  return index?.manifest.manifests ?? []
}

/**
 * Attaches documents to an image, each unless one like it is there.
 *
 * @param created in ISO 8601: the same document is then the same manifest
 * @returns the digest of each one's manifest, and whether it was there
 */
export async function attach(
  registry: Registry,
  repository: string,
  subject: StoredManifest,
  documents: readonly Document[],
  created: string,
): Promise<{ digest: string; wasThere: boolean }[]> {
  const referrers = await referrersOf(registry, repository, subject.digest)
  const results: { digest: string; wasThere: boolean }[] = []
  // One after the other: where the registry does not know referrers, each changes the same index.
  for (const document of documents) {
    const there = referrers.find((referrer) => isLike(referrer, document))
    if (there !== undefined) {
      results.push({ digest: there.digest, wasThere: true })
      continue
    }
    const digest = await put(registry, repository, subject, document, created)
    results.push({ digest, wasThere: false })
  }
  return results
}

function isLike(referrer: Descriptor, { artifactType, annotations }: Document): boolean {
  if (referrer.artifactType !== artifactType) return false
  return Object.entries(annotations).every(
    ([name, value]) => referrer.annotations?.[name] === value,
  )
}

async function put(
  registry: Registry,
  repository: string,
  subject: StoredManifest,
  document: Document,
  created: string,
): Promise<string> {
  await registry.putBlob(repository, EMPTY)
  await registry.putBlob(repository, document.bytes)
  const annotations = { "org.opencontainers.image.created": created, ...document.annotations }
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: document.artifactType,
    config: { mediaType: EMPTY_TYPE, digest: sha256(EMPTY), size: EMPTY.length, data: "e30=" },
    layers: [
      {
        mediaType: document.artifactType,
        digest: sha256(document.bytes),
        size: document.bytes.length,
      },
    ],
    subject: {
      mediaType: subject.manifest.mediaType ?? MANIFEST_TYPE,
      digest: subject.digest,
      size: subject.size,
    },
    annotations,
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  const descriptor: Descriptor = {
    mediaType: MANIFEST_TYPE,
    artifactType: document.artifactType,
    digest: sha256(bytes),
    size: bytes.length,
    annotations,
  }
  const answer = await registry.putManifest(repository, descriptor.digest, manifest)
  if (!answer.headers.has("oci-subject"))
    await addToIndex(registry, repository, subject, descriptor)
  return descriptor.digest
}

async function addToIndex(
  registry: Registry,
  repository: string,
  { digest }: StoredManifest,
  descriptor: Descriptor,
): Promise<void> {
  const index = await registry.manifest(repository, fallbackTag(digest))
  const others = (index?.manifest.manifests ?? []).filter(
    (referrer) => referrer.digest !== descriptor.digest,
  )
  await registry.putManifest(repository, fallbackTag(digest), {
    schemaVersion: 2,
    mediaType: INDEX_TYPE,
    manifests: [...others, descriptor],
  })
}

function fallbackTag(digest: string): string {
  return digest.replace(":", "-")
}
