/** Variants that say nothing: a platform is usually written without them. */
const USUAL_VARIANTS = new Map([
  ["arm64", "v8"],
  ["amd64", "v1"],
])

/** What an architecture is with no variant. */
const DEFAULT_VARIANTS = new Map([["arm", "v7"]])

/** Other names of architectures. */
const ARCHITECTURES = new Map([
  ["x86_64", "amd64"],
  ["aarch64", "arm64"],
  ["armhf", "arm"],
])

/** One spelling for each platform, as the engine writes it: "linux/aarch64/v8" is "linux/arm64". */
export function normalisePlatform(platform: string): string {
  const [os = "", written = "", variant] = platform.split("/")
  const architecture = ARCHITECTURES.get(written) ?? written
  const chosen = variant ?? DEFAULT_VARIANTS.get(architecture)
  const shown = chosen === USUAL_VARIANTS.get(architecture) ? undefined : chosen
  return [os, architecture, ...(shown === undefined ? [] : [shown])].join("/")
}
