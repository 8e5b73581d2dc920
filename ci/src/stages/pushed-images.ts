import { dag, File } from "@dagger.io/dagger"
import { checkNames } from "../changes/select.js"
import type { Config } from "../config/index.js"
import { BASES_LABEL, readBases } from "../images/labels.js"
import { destination } from "../images/reference.js"
import type { PushedImage } from "../run/rows.js"
import { headCommit } from "./commit.js"
import type { Checkout } from "./detect.js"
import { failWith } from "./finish.js"
import type { RegistryLogin } from "./registry.js"
import { lookUp, withLogin } from "./registry.js"
import type { RegistryOptions } from "./release.js"
import { loginOf, registryOf } from "./release.js"

/** Whose images to list. */
export interface ImageSelection {
  /** Names of services; empty: all. */
  names: string[]
  /** Absent: the commit that is checked out. */
  tag?: string | undefined
}

/**
 * Lists the images that a registry has for a commit, as `images.json`.
 *
 * @throws UsageError for an unknown service, or without a registry; code 3 when it does not answer
 */
export async function imagesFile(
  checkout: Checkout,
  config: Config,
  { names, tag }: ImageSelection,
  options: RegistryOptions,
): Promise<File> {
  const all = config.services.map(({ name }) => name)
  if (names.length > 0) checkNames(all, names)
  const registry = registryOf(config, options)
  const login = loginOf(registry, options)
  const commit = tag ?? (await headCommit(checkout, config)).revision
  const images = await Promise.all(
    (names.length > 0 ? names : all).map((name) => pushedImage(registry, name, commit, login)),
  )
  const text = JSON.stringify({ registry, tag: commit, images: images.flat() }, null, 2)
  return dag.directory().withNewFile("images.json", `${text}\n`).file("images.json")
}

/** One image, or none when this commit has none of this service. */
async function pushedImage(
  registry: string,
  service: string,
  tag: string,
  login: RegistryLogin | undefined,
): Promise<PushedImage[]> {
  const place = destination(registry, service, tag)
  if (place === undefined) return []
  const answer = await lookUp(place.reference, login)
  if ("kind" in answer) {
    if (answer.kind === "absent") return []
    return failWith(`${place.reference}: ${answer.reason}`, 3)
  }
  const { digest } = answer
  const image = withLogin(dag.container(), login).from(`${place.repository}@${digest}`)
  const bases = readBases((await image.label(BASES_LABEL)) ?? "")
  return [{ service, repository: place.repository, tag, digest, bases, sbom: null }]
}
