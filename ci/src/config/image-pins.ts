import { parseImageReference } from "../dockerfile/image-reference.js"
import type { ImagePin } from "./types.js"

/** What pipeline.yaml says about one image. */
export interface PinnedImage {
  /** The references to ask for, in order: the mirror first, with the digest where there is one. */
  candidates: string[]
  /** Whether the digest is given, so that nothing else may be used in its place. */
  hasDigest: boolean
}

/**
 * Looks an image up in the `images` of pipeline.yaml.
 *
 * The key and the reference may be spelt differently, as long as they mean the same image:
 * "python:3.11-slim" is "docker.io/library/python:3.11-slim".
 *
 * @param reference as a Dockerfile or the pipeline itself names it
 * @returns undefined when nothing is said about it, or when it names its digest itself
 */
export function pinnedImage(
  images: Readonly<Record<string, ImagePin>>,
  reference: string,
): PinnedImage | undefined {
  const image = parseImageReference(reference)
  if (image === undefined || image.digest !== undefined) return undefined
  const entry = Object.entries(images).find(
    ([name]) => parseImageReference(name)?.canonical === image.canonical,
  )
  if (entry === undefined) return undefined
  const { digest, mirror } = entry[1]
  return {
    candidates: [mirror, reference].flatMap((name) => (name ? withDigest(name, digest) : [])),
    hasDigest: digest !== undefined,
  }
}

function withDigest(name: string, digest: string | undefined): string {
  return digest === undefined || name.includes("@") ? name : `${name}@${digest}`
}
