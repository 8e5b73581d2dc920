/** A setting that can't be used; its message is meant for the operator. */
export class ConfigError extends Error {}

/**
 * Reads the service's settings; what is unset has a default.
 *
 * @param {Record<string, string | undefined>} env
 */
export function readConfig(env) {
  return {
    port: readInteger(env, "PORT", 8000, 0, 65_535),
    heartbeatSeconds: readInteger(env, "HEARTBEAT_SECONDS", 30, 1, 3600),
    publishToken: env.PUBLISH_TOKEN ?? "",
  }
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} name
 * @param {number} fallback
 * @param {number} minimum
 * @param {number} maximum
 */
function readInteger(env, name, fallback, minimum, maximum) {
  const text = env[name]?.trim()
  if (!text) {
    return fallback
  }
  const value = Number(text)
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new ConfigError(
      `${name} must be a whole number from ${minimum} to ${maximum}, not "${text}"`,
    )
  }
  return value
}
