import { UsageError } from "./usage-error.js"

interface PullRequest {
  head?: { repo?: { full_name?: string } | null }
  base?: { repo?: { full_name?: string } }
}

interface Payload {
  pull_request?: PullRequest
  repository?: { full_name?: string }
}

/** Why a push that was asked for is left out. */
export const FORK_PUSH =
  "push skipped: this pull request comes from a fork, whose runs get no secrets and may publish nothing"

/**
 * Whether a GitHub event is a pull request from another repository: whose code is not this repository's yet.
 *
 * @param event the payload, as JSON
 * @throws UsageError for text that is no payload
 */
export function isFromFork(event: string): boolean {
  const { pull_request: request, repository } = parsePayload(event)
  if (request === undefined) return false
  const own = repository?.full_name ?? request.base?.repo?.full_name
  // A fork that was deleted has no repository any more.
  return request.head?.repo?.full_name !== own
}

function parsePayload(text: string): Payload {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw new UsageError(
    "--event: the file does not hold a JSON object. Give the file that GITHUB_EVENT_PATH names.",
  )
}
