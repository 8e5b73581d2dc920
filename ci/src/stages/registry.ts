import { setTimeout as sleep } from "node:timers/promises"
import type { Platform } from "@dagger.io/dagger"
import { dag, Container, Secret } from "@dagger.io/dagger"
import type { RegistryFailure } from "../images/registry-failure.js"
import { lookupFailure, pushFailure } from "../images/registry-failure.js"
import { digestOf } from "../images/reference.js"

/** Who may use a registry. */
export interface RegistryLogin {
  /** With its port. */
  host: string
  user: string
  password: Secret
}

/** What a registry gave: the digest, or why not. */
export type Answer = { digest: string } | RegistryFailure

/** A push that takes longer is given up; nobody sees its progress. */
const LONGEST_SECONDS = 1800

/** Seconds before each further try, for a registry that may answer later. The engine itself tries more than once. */
const PAUSES = [2]

/**
 * The digest that a reference stands for in its registry now.
 *
 * @param platform that it has, where it may not have the engine's own
 */
export function lookUp(
  reference: string,
  login: RegistryLogin | undefined,
  platform?: string,
): Promise<Answer> {
  return patiently(() => imageAt(reference, login, platform).imageRef(), lookupFailure)
}

/** An image of a registry. */
export function imageAt(
  reference: string,
  login: RegistryLogin | undefined,
  platform?: string,
): Container {
  const empty = dag.container(platform === undefined ? {} : { platform: platform as Platform })
  return withLogin(empty, login).from(reference)
}

/**
 * Pushes an image. Layers go first and the tag last, so that a push which fails leaves no tag.
 */
export function publish(
  image: Container,
  reference: string,
  login: RegistryLogin | undefined,
): Promise<Answer> {
  return patiently(() => withLogin(image, login).publish(reference), pushFailure)
}

/** A container that can be asked of, and pushed to, a registry. */
export function withLogin(container: Container, login: RegistryLogin | undefined): Container {
  if (login === undefined) return container
  return container.withRegistryAuth(login.host, login.user, login.password)
}

/** Tries again what may go better later. */
async function patiently(
  ask: () => Promise<string>,
  read: (message: string) => RegistryFailure,
): Promise<Answer> {
  for (const pause of [...PAUSES, undefined]) {
    const answer = await once(ask, read)
    if (!("kind" in answer) || answer.kind !== "unavailable" || pause === undefined) return answer
    await sleep(pause * 1000)
  }
  throw new Error("the last try always returns")
}

async function once(
  ask: () => Promise<string>,
  read: (message: string) => RegistryFailure,
): Promise<Answer> {
  try {
    const reference = await withinTime(ask())
    const digest = digestOf(reference)
    if (digest === undefined) throw new Error(`the engine names no digest: ${reference}`)
    return { digest }
  } catch (error) {
    return read(error instanceof Error ? error.message : String(error))
  }
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const late = sleep(LONGEST_SECONDS * 1000, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`the registry did not answer within ${LONGEST_SECONDS / 60} minutes`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    late.catch(() => {})
    timer.abort()
  }
}
