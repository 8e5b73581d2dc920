import type { Aws } from "../aws/aws.js"
import type { Settings } from "../config/target.js"
import { DeployError, EXIT } from "../errors.js"
import type { RegistryLogin } from "./registry.js"

const ECR = /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/

/** The region of a registry of ECR; undefined for any other registry. */
export function ecrRegion(registry: string): string | undefined {
  return ECR.exec(registry)?.[1]
}

/**
 * Who signs in to the registry: who was given, or for ECR whoever uses AWS.
 * */
export function registryLogin(
  aws: Aws,
  { registry = "", environments }: Settings,
  given: RegistryLogin | undefined,
): () => Promise<RegistryLogin | undefined> {
  if (given !== undefined) return () => Promise.resolve(given)
  const registries = [registry, ...Object.values(environments).map((each) => each.registry ?? "")]
  if (!registries.some((each) => ECR.test(each))) return () => Promise.resolve(undefined)
  return async () => {
    const { authorizationData = [] } = await aws.call("ecr:GetAuthorizationToken", {})
    const token = authorizationData[0]?.authorizationToken ?? ""
    return split(Buffer.from(token, "base64").toString())
  }
}

function split(text: string): RegistryLogin {
  const colon = text.indexOf(":")
  if (colon > 0) return { user: text.slice(0, colon), password: text.slice(colon + 1) }
  throw new DeployError("ECR gave no token that can be used", EXIT.unknown, "sign in again")
}
