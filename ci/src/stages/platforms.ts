import type { Platform } from "@dagger.io/dagger"
import { dag, Container } from "@dagger.io/dagger"
import type { Config, Service } from "../config/index.js"
import { normalisePlatform } from "../config/index.js"
import { baseImages, parse, parseImageReference } from "../dockerfile/index.js"
import { engineFailure, isExecError } from "./engine-failure.js"
import type { Workspace } from "./workspace.js"

/** That an image can't be built for a platform that services.json names: why, and what to do about it. */
export class PlatformError extends Error {
  override readonly name = "PlatformError"

  constructor(
    reason: string,
    readonly next: string,
  ) {
    super(reason)
  }
}

let own: Promise<string> | undefined

/** The platform that the engine itself runs. */
export function ownPlatform(): Promise<string> {
  own ??= dag.defaultPlatform().then(normalisePlatform)
  return own
}

/**
 * The platforms that a service's image is built for. The first one is that of the image that the other
 * stages look at: the engine's own, unless services.json leaves it out.
 */
export async function platformsOf({ build }: Service): Promise<string[]> {
  const here = await ownPlatform()
  if (build.platforms.length === 0) return [here]
  const others = build.platforms.filter((platform) => platform !== here)
  return others.length < build.platforms.length ? [here, ...others] : others
}

/** Why the image of a service can't be started here; undefined when it can. */
export async function foreignReason(service: Service): Promise<string | undefined> {
  const here = await ownPlatform()
  const [platform] = await platformsOf(service)
  if (platform === here) return undefined
  return `the image is for ${service.build.platforms.join(", ")}, and this engine runs ${here}`
}

/**
 * Makes sure that everything which a Dockerfile is built on is there for a platform. The engine would
 * take an image of another one without a word.
 *
 * @throws PlatformError
 */
export async function checkBases(
  { config, images, repository }: Pick<Workspace, "config" | "images" | "repository">,
  service: Service,
  platform: string,
): Promise<void> {
  const file = service.dockerfile
  if (file === undefined)
    throw cannotBuild(
      config,
      service,
      platform,
      `a standard image is built for the engine's own platform (${await ownPlatform()}) only`,
      "write a Dockerfile, or take the platform out",
    )
  const { args, target } = service.build
  const model = parse(await repository.read(file), file)
  const bases = baseImages(model, { args, platform, ...(target !== undefined && { target }) })
  for (const { reference, line, platform: fixed } of bases) {
    if (fixed !== undefined) continue
    const found = await platformOfImage(images.use(reference), platform)
    if (found === platform) continue
    const name = parseImageReference(reference)?.familiar ?? reference
    throw cannotBuild(
      config,
      service,
      platform,
      `${file}:${line}: ${name} is not there for it${found === undefined ? "" : `, but for ${found}`}`,
      "name an image that has the platform, or take the platform out; a stage that only compiles can be FROM --platform=$BUILDPLATFORM",
    )
  }
}

/** The platform that a registry gives when it is asked for one; undefined when it has nothing. */
async function platformOfImage(reference: string, platform: string): Promise<string | undefined> {
  try {
    const image = dag.container({ platform: platform as Platform }).from(reference)
    return normalisePlatform(await image.platform())
  } catch (error) {
    if (/no match for platform/.test(engineFailure(error).reason)) return undefined
    throw error
  }
}

/**
 * Whether a RUN failed because the engine can't run programs of another platform.
 *
 * @param before the image just before it
 */
export async function isForeignProgram(before: Container): Promise<boolean> {
  try {
    await before.withExec(["/bin/sh", "-c", "true"]).sync()
    return false
  } catch (error) {
    return isExecError(error) && /exec format error/i.test(error.stderr)
  }
}

/** What to say of a RUN that the engine can't run. */
export async function cannotRun(
  config: Config,
  service: Service,
  platform: string,
  place: string,
): Promise<PlatformError> {
  const [, architecture = ""] = platform.split("/")
  return cannotBuild(
    config,
    service,
    platform,
    `${place}: RUN starts a program of ${platform}, and this engine runs ${await ownPlatform()} only`,
    `compile in a stage FROM --platform=$BUILDPLATFORM, which runs here; or use an engine of ${platform} (_EXPERIMENTAL_DAGGER_RUNNER_HOST), or one whose kernel has an emulator (docker run --privileged --rm tonistiigi/binfmt --install ${architecture})`,
  )
}

function cannotBuild(
  { services, origins, files }: Config,
  { name }: Service,
  platform: string,
  why: string,
  next: string,
): PlatformError {
  const key = `services[${services.findIndex((service) => service.name === name)}].build`
  const origin = origins[`${key}.platforms`] ?? origins[key]
  const place = origin === undefined ? files.services : `${origin.file}:${origin.line}`
  return new PlatformError(
    `${place}: build.platforms of ${name}: it can't be built for ${platform}: ${why}`,
    next,
  )
}
