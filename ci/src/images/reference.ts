import { parseImageReference } from "../dockerfile/image-reference.js"

/** Where a service's image goes. */
export interface Destination {
  /** Host of the registry, with its port, such as "registry.example.com". */
  host: string
  /** With registry and prefix, without a tag. */
  repository: string
  tag: string
  /** The repository and the tag. */
  reference: string
}

/**
 * The place of a service's image: one repository for each service.
 *
 * @param registry with prefix, such as "registry.example.com/game"
 * @param tag the full id of a commit, or a moving tag
 * @returns undefined when the parts don't make the name of an image
 */
export function destination(
  registry: string,
  service: string,
  tag: string,
): Destination | undefined {
  const repository = `${registry.replace(/\/+$/, "")}/${service}`
  const parsed = parseImageReference(`${repository}:${tag}`)
  if (parsed === undefined) return undefined
  return { host: parsed.registry, repository, tag, reference: `${repository}:${tag}` }
}

/** Whether a registry is on the machine that runs the engine, so that nothing pushed to it leaves. */
export function isLoopback(registry: string): boolean {
  const [authority = ""] = registry.split("/")
  const host = authority.replace(/:\d+$/, "")
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The digest at the end of a reference; undefined when it has none. */
export function digestOf(reference: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1]
}
