import { CacheSharingMode, dag, Container, File } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import type { ImageFacts } from "../images/policy.js"
import { IMAGES } from "./images.js"
import { moduleFile } from "./module-folder.js"
import type { BuildSecrets } from "./secrets.js"
import { secretsOf } from "./secrets.js"

const ARCHIVE = "/image.tar"
const PROGRAM = "/program/describe.mjs"
const SECRETS = "/secrets"
const LEAKS = "/leaks"

/** An image as an OCI archive: an index when it is for several platforms. */
export function archiveOf(variants: Container[]): File {
  const [image, ...others] = variants
  if (image === undefined) throw new Error("an image has at least one platform")
  return others.length === 0
    ? image.asTarball()
    : dag.container().asTarball({ platformVariants: variants })
}

/**
 * Looks into a service's image without pushing it.
 *
 * @param archive of the image, as OCI has it
 * @param secrets of the run: those of the service are looked for in every layer
 */
export async function describeImage(
  archive: File,
  service: Service,
  secrets: BuildSecrets,
): Promise<ImageFacts> {
  const named = secretsOf(service, secrets)
  let container = dag
    .container()
    .from(IMAGES.tools)
    .withMountedFile(PROGRAM, moduleFile("src/images/describe.mjs"))
    .withMountedFile(ARCHIVE, archive)
  for (const { name, secret } of named)
    container = container.withMountedSecret(`${SECRETS}/${name}`, secret)
  if (named.length > 0)
    container = container.withMountedCache(LEAKS, dag.cacheVolume("pipeline-leaks"), {
      sharing: CacheSharingMode.Locked,
    })
  const folders = named.length > 0 ? [SECRETS, LEAKS] : []
  const facts = await container.withExec(["node", PROGRAM, ARCHIVE, ...folders]).stdout()
  return JSON.parse(facts) as ImageFacts
}
