import { dag, File } from "@dagger.io/dagger"
import { checkNames } from "../changes/select.js"
import type { Config, Service } from "../config/index.js"
import { ARTIFACT_TYPES } from "../images/attestations.js"
import { BASES_LABEL, readBases } from "../images/labels.js"
import { destination } from "../images/reference.js"
import type { PushedImage } from "../run/rows.js"
import { headCommit } from "./commit.js"
import type { Checkout } from "./detect.js"
import type { Descriptor } from "./documents.js"
import { accessOf, canAttach } from "./documents.js"
import { askProgram } from "./deploy.js"
import { engineFailure } from "./engine-failure.js"
import { failWith } from "./finish.js"
import type { RegistryLogin } from "./registry.js"
import { platformsOf } from "./platforms.js"
import { imageAt, lookUp } from "./registry.js"
import type { RegistryOptions } from "./release.js"
import { registryOf, signIn } from "./release.js"

/** Whose images to list. */
export interface ImageSelection {
  /** Names of services; empty: all. */
  names: string[]
  /** Absent: the commit that is checked out. */
  tag?: string | undefined
}

/** Where images are, and who may read them. */
export type RegistryAccess = Parameters<typeof accessOf>[0]

/** The images that a registry has for a commit. */
export interface PushedImages {
  /** Full id of the commit. */
  commit: string
  images: PushedImage[]
  access: RegistryAccess
}

/**
 * Asks a registry for the images of a commit; a service without one is left out.
 *
 * @throws UsageError for an unknown service, or without a registry; code 3 when it does not answer
 */
export async function findImages(
  checkout: Checkout,
  config: Config,
  { names, tag }: ImageSelection,
  options: RegistryOptions,
): Promise<PushedImages> {
  const all = config.services.map(({ name }) => name)
  if (names.length > 0) checkNames(all, names)
  const registry = registryOf(config, options)
  const commit = tag ?? (await headCommit(checkout, config)).revision
  const login = await signIn(config, registry, options)
  const services = config.services.filter(({ name }) => names.length === 0 || names.includes(name))
  const images = await Promise.all(
    services.map((service) => pushedImage(registry, service, commit, login)),
  )
  const access = { registry, login, endpoint: options.registryEndpoint }
  return { commit, images: images.flat(), access }
}

/** Lists the images of a commit as `images.json`, with the digests of their bills of materials. */
export async function imagesFile(
  config: Config,
  { commit, images, access }: PushedImages,
): Promise<File> {
  const sboms = canAttach(access) ? await sbomsOf(config, images, access) : new Map()
  const listed = images.map((image) => ({ ...image, sbom: sboms.get(image.service) ?? null }))
  const { registry } = access
  const text = JSON.stringify({ registry, tag: commit, images: listed }, null, 2)
  return dag.directory().withNewFile("images.json", `${text}\n`).file("images.json")
}

/** The digests of bills of materials, by service. */
async function sbomsOf(
  config: Config,
  images: PushedImage[],
  access: RegistryAccess,
): Promise<Map<string, string>> {
  if (images.length === 0) return new Map()
  const nameOf = ({ repository, digest }: PushedImage) => `${repository}@${digest}`
  const options = { images: images.map(nameOf).join(",") }
  try {
    const text = await askProgram(config, "attached", options, accessOf(access))
    const attached = JSON.parse(text) as Record<string, Descriptor[]>
    return new Map(
      images.flatMap((image) => {
        const found = attached[nameOf(image)]?.find(
          ({ artifactType }) => artifactType === ARTIFACT_TYPES.cyclonedx,
        )
        return found === undefined ? [] : [[image.service, found.digest] as const]
      }),
    )
  } catch (error) {
    return failWith(`${access.registry}: ${engineFailure(error).reason}`, 3)
  }
}

/** One image, or none when this commit has none of this service. */
async function pushedImage(
  registry: string,
  service: Service,
  tag: string,
  login: RegistryLogin | undefined,
): Promise<PushedImage[]> {
  const place = destination(registry, service.name, tag)
  if (place === undefined) return []
  const [platform] = await platformsOf(service)
  const answer = await lookUp(place.reference, login, platform)
  if ("kind" in answer) {
    if (answer.kind === "absent") return []
    return failWith(`${place.reference}: ${answer.reason}`, 3)
  }
  const { digest } = answer
  const image = imageAt(`${place.repository}@${digest}`, login, platform)
  const bases = readBases((await image.label(BASES_LABEL)) ?? "")
  return [{ service: service.name, repository: place.repository, tag, digest, bases, sbom: null }]
}
