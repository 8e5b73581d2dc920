import { dag } from "@dagger.io/dagger"
import type { Directory } from "@dagger.io/dagger"
import { updatePins } from "../config/update-pins.js"
import type { Config } from "../config/index.js"
import { parseImageReference } from "../dockerfile/index.js"
import { digestOf } from "../images/reference.js"
import { imagesOf, isStandIn } from "./base-images.js"
import { engineFailure } from "./engine-failure.js"
import { ImageUpdate } from "./image-update.js"
import { IMAGES } from "./images.js"
import { repositoryFiles } from "./repository-files.js"

const FILE = "pipeline.yaml"

/** What became of one tag. */
interface Lookup {
  tag: string
  /** What is in the file now. */
  before?: string
  /** What the registry has. */
  now?: string
  /** Why that is not known. */
  problem?: string
}

/**
 * Asks the registries what the tags of `images` in pipeline.yaml stand for now.
 *
 * @param options add: also the tags that services are built from and tested in, and nobody pinned
 */
export async function updateImages(
  source: Directory,
  config: Config,
  files: readonly string[],
  { add }: { add: boolean },
): Promise<ImageUpdate> {
  const text = files.includes(FILE) ? await source.file(FILE).contents() : ""
  const lookups = await Promise.all([
    ...Object.entries(config.images)
      .filter(([, { digest }]) => digest !== undefined)
      .map(([tag, { digest, mirror }]) => lookUp(tag, mirror ?? tag, digest)),
    ...(add ? await unpinned(source, config, files) : []).map((tag) => lookUp(tag, tag)),
  ])
  const changed = lookups.flatMap(({ tag, before, now }) =>
    now === undefined || now === before ? [] : [[tag, now] as const],
  )
  const updated = updatePins(text, new Map(changed))
  return new ImageUpdate(
    await unifiedDiff(text, updated),
    lookups.map(lookupLine).sort().join("\n"),
    updated,
  )
}

/** Tags in use that `images` does not name, as people write them. */
async function unpinned(
  source: Directory,
  config: Config,
  files: readonly string[],
): Promise<string[]> {
  const repository = repositoryFiles(source, files)
  const used = await Promise.all(
    config.services.map((service) => imagesOf(config, service, repository)),
  )
  const canonical = (name: string) => parseImageReference(name)?.canonical
  const named = new Set(Object.keys(config.images).map(canonical))
  return [
    ...new Set(
      used.flat().flatMap((name) => {
        const image = parseImageReference(name)
        if (image === undefined || image.digest !== undefined) return []
        return named.has(image.canonical) ? [] : [image.familiar]
      }),
    ),
  ]
}

/** @param place where the image is: a mirror, or the tag itself */
async function lookUp(tag: string, place: string, before?: string): Promise<Lookup> {
  const known = { tag, ...(before !== undefined && { before }) }
  const reference = place.replace(/@.*$/, "")
  if (await isStandIn(reference))
    return { ...known, problem: "its registry can't be reached; there is only a stand-in" }
  try {
    const now = digestOf(await dag.container().from(reference).imageRef())
    return now === undefined ? { ...known, problem: "it has no digest" } : { ...known, now }
  } catch (error) {
    return { ...known, problem: engineFailure(error).reason }
  }
}

function lookupLine({ tag, before, now, problem }: Lookup): string {
  if (problem !== undefined) return `${tag}: left as it is: ${problem}`
  if (before === undefined) return `${tag}: added`
  return `${tag}: ${before === now ? "unchanged" : "changed"}`
}

async function unifiedDiff(before: string, after: string): Promise<string> {
  if (before === after) return ""
  const folder = dag.directory().withNewFile(`a/${FILE}`, before).withNewFile(`b/${FILE}`, after)
  return dag
    .container()
    .from(IMAGES.tools)
    .withMountedDirectory("/work", folder)
    .withWorkdir("/work")
    .withExec([
      "sh",
      "-c",
      `diff -u --label a/${FILE} --label b/${FILE} a/${FILE} b/${FILE} || [ $? -eq 1 ]`,
    ])
    .stdout()
}
