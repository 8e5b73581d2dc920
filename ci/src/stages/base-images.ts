import { dag } from "@dagger.io/dagger"
import type { Config, Service } from "../config/index.js"
import { pinnedImage } from "../config/image-pins.js"
import { baseImages, parse, parseImageReference } from "../dockerfile/index.js"
import type { BaseDigest } from "../images/labels.js"
import { digestOf } from "../images/reference.js"
import type { RepositoryFiles } from "../languages/index.js"
import { LANGUAGE_SUPPORT } from "../languages/index.js"
import { engineFailure } from "./engine-failure.js"
import { STAND_IN_LABEL } from "./images.js"
import type { Workspace } from "./workspace.js"

/**
 * The images that services are built from and tested in, as pipeline.yaml wants them: by digest,
 * and from a mirror where there is one.
 */
export class BaseImages {
  constructor(private readonly found: ReadonlyMap<string, string | Error> = new Map()) {}

  /**
   * What to ask the engine for where this image is named.
   *
   * @throws when `images` in pipeline.yaml pins it, and what it is pinned to can't be had
   */
  use(reference: string): string {
    const found = this.found.get(reference)
    if (found instanceof Error) throw found
    return found ?? reference
  }

  /** What `use` gives for those of the names that can be had. */
  available(references: string[]): string[] {
    return references
      .map((reference) => this.found.get(reference) ?? reference)
      .filter((found): found is string => !(found instanceof Error))
  }
}

/**
 * Finds what the images of some services stand for. The engine is only asked about those that
 * `images` in pipeline.yaml names; every other one is used as it is written.
 */
export async function resolveBaseImages(
  config: Config,
  services: Service[],
  repository: RepositoryFiles,
): Promise<BaseImages> {
  if (Object.keys(config.images).length === 0) return new BaseImages()
  const names = await Promise.all(services.map((service) => imagesOf(config, service, repository)))
  const found = await Promise.all(
    [...new Set(names.flat())].map(async (name) => [name, await resolve(config, name)] as const),
  )
  return new BaseImages(new Map(found))
}

/** The images that a service's checks, tests, build and backing services name, as written. */
export async function imagesOf(
  { backingServices }: Config,
  service: Service,
  repository: RepositoryFiles,
): Promise<string[]> {
  const language = LANGUAGE_SUPPORT[service.language].image(service.languageVersion)
  const needed = service.needs.flatMap(({ name }) => backingServices[name]?.image ?? [])
  return [language, ...needed, ...(await builtFrom(service, repository))]
}

/** An image that a service's image is built on or copied from. */
export interface BuildBase {
  /** As written. */
  reference: string
  /** The Dockerfile's line; absent for a standard image. */
  line?: number
  /** The platform that FROM asks for; absent: that of the image. */
  platform?: string
}

/**
 * The images that a service's image is built on or copied from. Of a standard image both that of its
 * language, in which it is put together, and the slim one that it is put on.
 *
 * @param platforms that it is built for, and that builds
 */
export async function basesOf(
  { dockerfile, build, language, languageVersion }: Service,
  repository: RepositoryFiles,
  platforms: { platform?: string; buildPlatform?: string } = {},
): Promise<BuildBase[]> {
  if (dockerfile === undefined) {
    if (build.command === undefined) return []
    const { image, standardImage } = LANGUAGE_SUPPORT[language]
    return [standardImage.base, image].map((of) => ({ reference: of(languageVersion) }))
  }
  return baseImages(parse(await repository.read(dockerfile), dockerfile), {
    ...{ args: build.args, ...platforms },
    ...(build.target !== undefined && { target: build.target }),
  })
}

/** The same, each once, by its name as written. */
async function builtFrom(service: Service, repository: RepositoryFiles): Promise<string[]> {
  const bases = await basesOf(service, repository)
  return [...new Set(bases.map(({ reference }) => reference))]
}

/** What the images that a service's image is built from stood for in this run. */
export async function baseDigests(
  { images, repository }: Pick<Workspace, "images" | "repository">,
  service: Service,
): Promise<BaseDigest[]> {
  return Promise.all(
    (await builtFrom(service, repository)).map(async (name) => {
      const reference = parseImageReference(name)?.familiar ?? name
      const found = await dag.container().from(images.use(name)).imageRef()
      return { reference, digest: digestOf(found) ?? "" }
    }),
  )
}

/** Which of the images that a service's image is built from are stand-ins, as people write them. */
export async function standInBases(
  { images, repository }: Pick<Workspace, "images" | "repository">,
  service: Service,
): Promise<string[]> {
  return standInsAmong(images.available(await builtFrom(service, repository)))
}

/**
 * Which of the images that services really use are stand-ins of the native kit: their label says so.
 *
 * @returns their names as people write them, sorted
 */
export async function standInsOf(
  { config, images, repository }: Pick<Workspace, "config" | "images" | "repository">,
  services: Service[],
): Promise<string[]> {
  const named = await Promise.all(services.map((service) => imagesOf(config, service, repository)))
  return standInsAmong(images.available(named.flat()))
}

async function standInsAmong(references: string[]): Promise<string[]> {
  const used = references.map((image) => parseImageReference(image)?.familiar ?? image)
  const standIns = await Promise.all(
    [...new Set(used)].map(async (image) => ((await isStandIn(image)) ? [image] : [])),
  )
  return standIns.flat().sort()
}

/** An image that can't be read is the business of the stage that uses it, not ours. */
export async function isStandIn(image: string): Promise<boolean> {
  const label = await dag
    .container()
    .from(image)
    .label(STAND_IN_LABEL)
    .catch(() => "")
  // The engine says null for a label that is not there, whatever the SDK's type is.
  return (label as string | null) !== null && label !== ""
}

/**
 * The first candidate that can be had. Offline, the kit's stand-in takes the place of an image with
 * a digest, because nobody can have that image; the run names it, and nothing built on it leaves
 * the machine.
 */
async function resolve({ images }: Config, reference: string): Promise<string | Error> {
  const pinned = pinnedImage(images, reference)
  if (pinned === undefined) return reference
  const problems: string[] = []
  for (const candidate of pinned.candidates) {
    try {
      await dag.container().from(candidate).imageRef()
      return candidate
    } catch (error) {
      problems.push(`${candidate}: ${engineFailure(error).reason}`)
    }
  }
  if (pinned.hasDigest && (await isStandIn(reference))) return reference
  return new Error(
    [`${reference} (images in pipeline.yaml) can't be had`, ...problems].join("\n  "),
  )
}
