import type { Aws } from "./aws/aws.js"
import type { Settings } from "./config/target.js"
import type { Notifier } from "./notify/notifier.js"
import type { Registry, RegistryLogin } from "./registry/registry.js"

/** Time, so that a deployment of an hour can also be gone through in a second. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  sleep(milliseconds: number): Promise<void>
}

/** What commands work with. */
export interface Context {
  settings: Settings
  aws: Aws
  registry: Registry
  /** Who signs in to the registry, where somebody has to. */
  login(): Promise<RegistryLogin | undefined>
  notifier: Notifier
  clock: Clock
  /** Shows one line of progress. */
  say(line: string): void
}

/** The time that everybody has. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}
