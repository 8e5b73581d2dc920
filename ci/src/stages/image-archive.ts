import { dag, Container, Directory, File } from "@dagger.io/dagger"
import type { Config } from "../config/index.js"
import { pushFailure } from "../images/registry-failure.js"
import { askProgram, INPUT } from "./deploy.js"
import { accessOf } from "./documents.js"
import { engineFailure } from "./engine-failure.js"
import { archiveOf } from "./image-facts.js"
import { IMAGES } from "./images.js"
import { moduleFile } from "./module-folder.js"
import type { Answer } from "./registry.js"
import type { Release } from "./release.js"

const PROGRAM = "/program/reproducible.mjs"
const OLD = "/old.tar"
const NEW = "/new.tar"
const ARCHIVE = "image.tar"

/**
 * An image as an OCI archive that is written the same way every time. The engine itself can't: it
 * notes in an image's configuration when it made or pulled each layer, and puts the platforms of an
 * index in any order.
 *
 * @param standard the time of the commit, in place of the engine's, and the image that all layers but the
 *   last one come from; absent: configurations stay as they are
 */
export async function reproducibleArchive(
  variants: Container[],
  standard: { created: string; base: string } | undefined,
): Promise<File> {
  const archive = dag
    .container()
    .from(IMAGES.tools)
    .withMountedFile(PROGRAM, moduleFile("src/images/reproducible.mjs"))
    .withMountedFile(OLD, archiveOf(variants))
    .withExec(["node", PROGRAM, OLD, NEW, ...(standard ? [standard.created, standard.base] : [])])
    .file(NEW)
  // The engine may write the old one otherwise when it is asked again.
  return archive.sync()
}

/** Pushes an archive under a tag, byte by byte; layers first, and the tag last. */
export async function pushArchive(
  archive: File,
  { repository, tag }: { repository: string; tag: string },
  config: Config,
  release: Release,
): Promise<Answer> {
  const input: Directory = dag.directory().withFile(ARCHIVE, archive)
  const options = { image: repository, tag, archive: `${INPUT}/${ARCHIVE}` }
  try {
    const access = accessOf(release)
    return { digest: await askProgram(config, "push-archive", options, access, input) }
  } catch (error) {
    return pushFailure(engineFailure(error).reason)
  }
}
