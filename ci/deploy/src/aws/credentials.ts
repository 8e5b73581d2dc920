import { DeployError, EXIT } from "../errors.js"

/** What requests are signed with. */
export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

const NEXT =
  "give what a credential process prints, for example --aws=cmd://'aws configure export-credentials --format process'"

/**
 * Reads the JSON of a credential process.
 *
 * @throws DeployError 2 for something else, 3 when they have ended; neither quotes the text
 */
export function readCredentials(text: string, now: number): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = parse(text)
  if (typeof AccessKeyId !== "string" || typeof SecretAccessKey !== "string")
    throw new DeployError("--aws has no AccessKeyId and SecretAccessKey", EXIT.usage, NEXT)
  if (typeof Expiration === "string" && Date.parse(Expiration) <= now)
    throw new DeployError(`the credentials ended at ${Expiration}`, EXIT.unknown, "sign in again")
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(typeof SessionToken === "string" && SessionToken !== "" && { sessionToken: SessionToken }),
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>
  } catch {
    // Said below, without the text: it is a secret.
  }
  throw new DeployError("--aws is not JSON", EXIT.usage, NEXT)
}
