/** Why a registry did not do what it was asked for. */
export interface RegistryFailure {
  /** `absent`: there is no such tag. `denied`: it will say no again. `unavailable`: it may answer later. */
  kind: "absent" | "denied" | "unavailable"
  /** One line. */
  reason: string
}

const DENIED: readonly [pattern: RegExp, advice: string][] = [
  [
    /\b401\b|unauthorized|no basic auth|authorization failed|authentication required/i,
    "give --registry-user and --registry-password, or --aws for ECR, or `docker login`",
  ],
  [/\b403\b|forbidden|denied|insufficient_scope/i, "this login may not write to the repository"],
  [
    /ImageTagAlreadyExists|tag .*immutable|cannot be overwritten/i,
    "the repository keeps its tags; nothing was overwritten",
  ],
  [/\b404\b|name unknown|NAME_UNKNOWN|RepositoryNotFound/i, "create the repository first"],
  [/\b4(?:0[0-7]|09|1\d|2[0-8])\b/, "the registry refuses what it was sent"],
]

/** Nobody but who runs the registry can mend it, and until then every try fails. */
const FULL = /no space left|\b507\b|insufficient storage|quota (?:has been )?exceeded/i

/** A registry with a full disk can't keep what it knows of an upload, and then has never heard of it. */
const LOST_UPLOAD = /(?:PUT|PATCH) request to \S+\/blobs\/uploads\/[^/\s]+: 404\b/

const ABSENT = /: not found\b|manifest unknown|NAME_UNKNOWN|name unknown|\b404\b/i

/** The tag is there, but not for the platform that was asked for. */
const FOREIGN = /no match for platform/

/** Reads what the engine says about a tag that it was asked to look up. */
export function lookupFailure(message: string): RegistryFailure {
  if (FOREIGN.test(message))
    return { kind: "denied", reason: `${oneReason(message)}; it is there for other platforms` }
  return ABSENT.test(statusPart(message))
    ? { kind: "absent", reason: oneReason(message) }
    : pushFailure(message)
}

/** Reads what the engine says about a push. */
export function pushFailure(message: string): RegistryFailure {
  const reason = oneReason(message)
  if (FULL.test(statusPart(message)))
    return { kind: "unavailable", reason: `${reason}; the registry has no space left` }
  if (LOST_UPLOAD.test(message))
    return {
      kind: "unavailable",
      reason: `${reason}; the registry lost the upload in its middle, as one does that has no space left`,
    }
  const denied = DENIED.find(([pattern]) => pattern.test(statusPart(message)))
  if (denied === undefined && /\b5\d\d\b/.test(statusPart(message)))
    return {
      kind: "unavailable",
      reason: `${reason}; the registry's own log says why (a full disk is one cause)`,
    }
  return denied === undefined
    ? { kind: "unavailable", reason }
    : { kind: "denied", reason: `${reason}; ${denied[1]}` }
}

/** Without digests, ports and traces, whose digits could look like a status. */
function statusPart(message: string): string {
  return message
    .replace(/\[traceparent:[^\]]*\]/g, "")
    .replace(/\b[0-9a-f]{12,}\b/g, "")
    .replace(/https?:\/\/\S+/g, "")
    .replace(/:\d+/g, "")
}

/** The end of the engine's chain of causes says what happened. */
function oneReason(message: string): string {
  const [line = ""] = message.replace(/\s*\[traceparent:[^\]]*\]/g, "").split("\n")
  return (
    line
      .replace(/^failed to export: /, "")
      .replace(/^failed to resolve image "[^"]*" \(platform: "[^"]*"\): /, "")
      .replace(/sha256:([0-9a-f]{12})[0-9a-f]{52}/g, "sha256:$1")
      // What a registry wants to be given back with the next request says nothing to a person.
      .replace(/(https?:\/\/[^\s?"]+)\?[^\s"]*?(?=[:"]?(?:\s|$))/g, "$1")
      .trim()
  )
}
