/** The name of an image, in its parts. */
export interface ImageReference {
  /** For example `docker.io` or `localhost:5000`. */
  registry: string
  /** For example `library/python`. */
  repository: string
  tag?: string
  /** For example `sha256:...`. */
  digest?: string
  /** As people write it: `python:3.11-slim`. */
  familiar: string
  /** In full, with `latest` if neither tag nor digest is given: `docker.io/library/python:3.11-slim`. */
  canonical: string
}

const DOCKER_HUB = "docker.io"
const OFFICIAL = "library/"
const LONGEST_REPOSITORY = 255

const HOST_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
const REGISTRY = new RegExp(
  `^(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`,
)
const PATH_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
const REPOSITORY = new RegExp(`^${PATH_PART}(?:/${PATH_PART})*$`)
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }

/** Reads the name of an image the way Docker does; undefined when it is none. */
export function parseImageReference(text: string): ImageReference | undefined {
  const parts = splitReference(text)
  return problemOf(text, parts) ? undefined : assemble(parts)
}

/** Why a text is not the name of an image; undefined when it is one. */
export function imageReferenceProblem(text: string): string | undefined {
  return problemOf(text, splitReference(text))
}

/**
 * True when the reference says exactly which image is used: by its digest, or by a tag that
 * `pinned`, the keys of `images` in pipeline.yaml, maps to one.
 */
export function isPinned(reference: ImageReference, pinned: Iterable<string> = []): boolean {
  if (reference.digest !== undefined) return true
  return [...pinned].some((name) => parseImageReference(name)?.canonical === reference.canonical)
}

interface Parts {
  registry: string
  repository: string
  tag?: string
  digest?: string
}

function splitReference(text: string): Parts {
  const at = text.indexOf("@")
  const beforeDigest = at < 0 ? text : text.slice(0, at)
  const { registry, rest } = splitRegistry(beforeDigest)
  const colon = rest.indexOf(":")
  const path = colon < 0 ? rest : rest.slice(0, colon)
  const isShort = registry === DOCKER_HUB && !path.includes("/")
  return {
    registry,
    repository: isShort ? OFFICIAL + path : path,
    ...(colon >= 0 && { tag: rest.slice(colon + 1) }),
    ...(at >= 0 && { digest: text.slice(at + 1) }),
  }
}

/** The first part is a registry if it looks like a host: a dot, a port, capitals or localhost. */
function splitRegistry(name: string): { registry: string; rest: string } {
  const slash = name.indexOf("/")
  const first = slash < 0 ? "" : name.slice(0, slash)
  const rest = name.slice(slash + 1)
  if (first === "index.docker.io") return { registry: DOCKER_HUB, rest }
  const isHost = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase()
  return isHost ? { registry: first, rest } : { registry: DOCKER_HUB, rest: name }
}

function problemOf(text: string, parts: Parts): string | undefined {
  const { registry, repository, tag, digest } = parts
  if (/^[a-f0-9]{64}$/.test(text)) return "64 hexadecimal digits are an image's id, not a name"
  if (text === "") return "the name is empty"
  if (!REGISTRY.test(registry)) return `"${registry}" can't be a registry`
  if (repository !== repository.toLowerCase()) return "a repository must be in lower case"
  if (!REPOSITORY.test(repository)) return `"${repository}" can't be a repository`
  if (repository.length > LONGEST_REPOSITORY) return "the repository's name is too long"
  if (tag !== undefined && !TAG.test(tag)) return `"${tag}" can't be a tag`
  if (digest !== undefined && !isDigest(digest)) return `"${digest}" is not a digest`
  return undefined
}

function isDigest(digest: string): boolean {
  const [algorithm = "", hex = "", ...more] = digest.split(":")
  const length = Object.hasOwn(DIGEST_LENGTHS, algorithm) ? DIGEST_LENGTHS[algorithm] : undefined
  return more.length === 0 && hex.length === length && /^[a-f0-9]+$/.test(hex)
}

function assemble(parts: Parts): ImageReference {
  const { registry, repository, tag, digest } = parts
  const suffix = `${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`
  return {
    ...parts,
    familiar: familiarName(registry, repository) + suffix,
    canonical: `${registry}/${repository}${suffix || ":latest"}`,
  }
}

function familiarName(registry: string, repository: string): string {
  if (registry !== DOCKER_HUB) return `${registry}/${repository}`
  const short = repository.startsWith(OFFICIAL) ? repository.slice(OFFICIAL.length) : repository
  return short.includes("/") ? repository : short
}
