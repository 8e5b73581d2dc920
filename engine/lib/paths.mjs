import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

/** The Dagger release the kit builds; dagger.json names the same one. */
export const DAGGER_VERSION = "v0.19.10"

/** This folder's parent: the kit's own sources. */
export const KIT_SOURCES = fileURLToPath(new URL("..", import.meta.url))

/** The repository that this program is part of. */
export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url))

/**
 * Every place the kit writes to: one folder outside the checkout.
 *
 * `PIPELINE_ENGINE_HOME` moves it; two homes are two independent engines.
 */
export const HOME = resolve(process.env.PIPELINE_ENGINE_HOME || defaultHome())

/**
 * Root shares one engine with the whole machine. Anybody else can't start one,
 * but still keeps the dagger CLI somewhere: for Docker's engine.
 *
 * @param {{uid?: number, environment?: NodeJS.ProcessEnv}} [user]
 * @returns {string}
 */
export function defaultHome({ uid = process.getuid?.(), environment = process.env } = {}) {
  if (uid === 0) return "/var/cache/pipeline-engine"
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "pipeline-engine")
}

export const PIECES = join(HOME, "pieces")
/** Work in progress of a build; what is in it when nobody builds is rubbish. */
export const SCRATCH = join(HOME, "scratch")
export const STATE = join(HOME, "state")
export const REGISTRY_STORE = join(HOME, "registry")
export const RUN = join(HOME, "run")
export const LOGS = join(HOME, "logs")
/** Copies of what is uploaded of a checkout; made again when they are missing. */
export const CHECKOUTS = join(HOME, "checkouts")
export const LOCK = join(HOME, "lock")
export const SOCKET = join(RUN, "engine.sock")

/** What DefaultEngineSockAddr and friends in gomod/distconsts are rooted at. */
export const NAMESPACE_ROOT = "/run/pipeline-engine"
