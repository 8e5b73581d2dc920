import type { Secret } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import { secretName } from "../images/secret-name.js"
import { UsageError } from "../run/usage-error.js"

/** The secrets that builds of a run may use, by name. */
export type BuildSecrets = ReadonlyMap<string, Secret>

/**
 * Names the secrets of the command line: each after the end of its address.
 *
 * @throws UsageError for one whose address gives no name, and for two of one name
 */
export async function nameSecrets(secrets: readonly Secret[]): Promise<BuildSecrets> {
  const named = new Map<string, Secret>()
  for (const secret of secrets) {
    const address = await secret.uri()
    const name = secretName(address)
    if (name === undefined)
      throw new UsageError(
        `--build-secret: ${address} gives no name; use env://NAME or file://folder/NAME`,
      )
    if (named.has(name)) throw new UsageError(`--build-secret: ${name} is there twice`)
    named.set(name, secret)
  }
  return named
}

/**
 * Checks that every secret that a build needs is there.
 *
 * @throws UsageError with all that are missing
 */
export function checkSecrets(services: readonly Service[], secrets: BuildSecrets): void {
  const missing = services.flatMap(({ name, build }) =>
    build.secrets
      .filter((secret) => !secrets.has(secret))
      .map((secret) => `  ${secret}, for the image of ${name}: --build-secret=env://${secret}`),
  )
  if (missing.length > 0)
    throw new UsageError(["Secrets that builds need were not given:", ...missing].join("\n"))
}

/** The secrets of one service's build. */
export function secretsOf(
  { build }: Service,
  secrets: BuildSecrets,
): { name: string; secret: Secret }[] {
  return build.secrets.flatMap((name) => {
    const secret = secrets.get(name)
    return secret === undefined ? [] : [{ name, secret }]
  })
}
