import { createDecipheriv, randomBytes, randomUUID } from "node:crypto"
import { dag } from "@dagger.io/dagger"
import type { Config } from "../config/index.js"
import { askProgram } from "./deploy.js"
import type { RegistryLogin } from "./registry.js"
import type { RegistryOptions } from "./release.js"

/** Whether a registry is Amazon's, where a login is a token that AWS gives. */
export function isEcr(registry: string): boolean {
  return /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\/|$)/.test(registry)
}

/**
 * Gets a token from AWS. It comes encrypted, because the engine keeps what a step prints.
 *
 * @throws Error that says what AWS refuses
 */
export async function ecrLogin(
  config: Config,
  registry: string,
  { aws, awsRegion, awsEndpoint }: RegistryOptions,
): Promise<RegistryLogin> {
  const key = randomBytes(32)
  const secret = dag.setSecret(`login-${randomUUID()}`, key.toString("base64"))
  const access = { aws, awsRegion, awsEndpoint, registry, key: secret }
  const bytes = Buffer.from(await askProgram(config, "login", {}, access), "base64")
  const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12))
  cipher.setAuthTag(bytes.subarray(12, 28))
  const text = Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]).toString()
  const { user, password } = JSON.parse(text) as { user: string; password: string }
  const [host = registry] = registry.split("/")
  return { host, user, password: dag.setSecret(`password-${randomUUID()}`, password) }
}

/**
 * Makes the repositories that are missing, with immutable tags.
 *
 * @returns what was done, one line each
 * @throws Error that says what AWS refuses
 */
export async function createRepositories(
  config: Config,
  registry: string,
  services: readonly string[],
  { aws, awsRegion, awsEndpoint }: RegistryOptions,
): Promise<string[]> {
  const repositories = services.map((service) => `${registry}/${service}`).join(",")
  const access = { aws, awsRegion, awsEndpoint, registry }
  return JSON.parse(
    await askProgram(config, "create-repositories", { repositories }, access),
  ) as string[]
}
