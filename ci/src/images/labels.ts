/** What a push says about an image's origin. */
export interface Origin {
  /** Full id of the commit. */
  revision: string
  /** When it was committed, in ISO 8601 (UTC). */
  created: string
  /** Address of the repository, for people. */
  source?: string
}

/** A base image, and what its tag stood for. */
export interface BaseDigest {
  reference: string
  digest: string
}

const PREFIX = "org.opencontainers.image"
/** All images that were built on or copied from, as JSON. */
export const BASES_LABEL = "dev.pipeline.bases"

/**
 * OCI labels of an image. All of them follow from the commit alone, so that the same commit gives
 * the same digest wherever it is built.
 */
export function originLabels(
  service: string,
  { revision, created, source }: Origin,
  bases: readonly BaseDigest[],
): [name: string, value: string][] {
  return [
    [`${PREFIX}.title`, service],
    [`${PREFIX}.revision`, revision],
    [`${PREFIX}.version`, revision],
    [`${PREFIX}.created`, created],
    ...(source === undefined ? [] : [[`${PREFIX}.source`, source] as [string, string]]),
    [BASES_LABEL, JSON.stringify(bases)],
  ]
}

/** The bases that a label names; none when it is missing or was written by somebody else. */
export function readBases(label: string): BaseDigest[] {
  try {
    const bases: unknown = JSON.parse(label)
    return Array.isArray(bases) ? bases.filter(isBase) : []
  } catch {
    return []
  }
}

function isBase(value: unknown): value is BaseDigest {
  if (typeof value !== "object" || value === null) return false
  const { reference, digest } = value as Record<string, unknown>
  return typeof reference === "string" && typeof digest === "string"
}

/**
 * The address of a repository's page from where git fetches it: one spelling for SSH and HTTPS,
 * without credentials. Undefined for what is no address, such as a folder.
 */
export function sourceAddress(remote: string): string | undefined {
  const text = remote.trim()
  const found =
    /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/:]+)(:\d+)?\/(.+)$/.exec(text) ??
    /^(?:[^/@:]+@)?([^/:@]+\.[^/:@]+)():(?!\/)(.+)$/.exec(text)
  if (found === null) return undefined
  const [, host = "", port = "", path = ""] = found
  const shown = text.startsWith("http") ? host + port : host
  return `https://${shown}/${path.replace(/\/+$/, "").replace(/\.git$/, "")}`
}
