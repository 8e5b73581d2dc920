import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { HOME } from "./home.cjs"

/** The Dagger release the kit builds; dagger.json names the same one. */
export const DAGGER_VERSION = "v0.19.10"

/** This folder's parent: the kit's own sources. */
export const KIT_SOURCES = fileURLToPath(new URL("..", import.meta.url))

export { CHECKOUT, defaultHome, HOME, PLANNER_STAMP, PLANNER_STAMPS } from "./home.cjs"

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
