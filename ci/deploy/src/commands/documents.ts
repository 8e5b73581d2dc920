import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Attachment } from "../../../src/images/attestations.js"
import type { Context } from "../context.js"
import { DeployError, EXIT } from "../errors.js"
import { attach, referrersOf } from "../registry/referrers.js"
import type { Outcome } from "./deploy.js"

/** What is to be attached to an image: a file beside the documents. */
export interface DocumentList {
  /** In ISO 8601. */
  created: string
  documents: Attachment[]
}

/** What became of one document. */
export interface Attached {
  file: string
  /** Of the manifest that refers to the image. */
  digest: string
  wasThere: boolean
}

/** Attaches documents to an image, and prints a list of `Attached` as JSON. */
export async function attachDocuments(
  { registry }: Context,
  request: { image: string; list: string },
): Promise<Outcome> {
  const { repository, digest } = partsOf(request.image)
  const { created, documents } = JSON.parse(readFileSync(request.list, "utf8")) as DocumentList
  const subject = await registry.manifest(repository, digest)
  if (subject === undefined)
    throw new DeployError(`${request.image} is not in its registry`, EXIT.unknown, "push it again")
  const texts = documents.map(({ file, artifactType, annotations }) => ({
    ...{ artifactType, annotations },
    bytes: readFileSync(join(dirname(request.list), file)),
  }))
  const results = await attach(registry, repository, subject, texts, created)
  const attached: Attached[] = documents.map(({ file }, index) => ({
    file,
    ...(results[index] as { digest: string; wasThere: boolean }),
  }))
  return { text: JSON.stringify(attached), exitCode: EXIT.passed }
}

/** Prints what is attached to images, as JSON: for each image a list of descriptors. */
export async function listDocuments(
  { registry }: Context,
  request: { images: string },
): Promise<Outcome> {
  const found = await Promise.all(
    request.images.split(",").map(async (image) => {
      const { repository, digest } = partsOf(image)
      return [image, await referrersOf(registry, repository, digest)] as const
    }),
  )
  return { text: JSON.stringify(Object.fromEntries(found)), exitCode: EXIT.passed }
}

function partsOf(image: string): { repository: string; digest: string } {
  const [repository = "", digest] = image.split("@")
  if (digest !== undefined) return { repository, digest }
  throw new DeployError(`${image} has no digest`, EXIT.usage, "write it as REPOSITORY@sha256:...")
}
