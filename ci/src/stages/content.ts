import { createHash } from "node:crypto"
import { dag, Directory, File } from "@dagger.io/dagger"
import { compileGlobList } from "../changes/globs.js"
import type { Config, Service } from "../config/index.js"
import { deepDependencies } from "../run/dependencies.js"
import { IMAGES } from "./images.js"

/**
 * The repository cut into pieces that are known by their content.
 *
 * The engine knows a folder of the checkout by the whole checkout it came from:
 * an edit anywhere would run every step of every service again. Only files are
 * known by name and content. So one step packs each service, library and set of
 * inputs into an archive of its own, with the same bytes for the same files,
 * and everything after it starts from those archives.
 */
export interface Content {
  /** The files of a service with everything it declares: dependencies and inputs, at their paths in the repository. */
  of(service: Service): Directory
  /** What tells these files from others: the same for the same paths, bytes and modes, on every engine. */
  digestOf(service: Service): Promise<string>
}

/** Later than 1980, because ZIP files (Python wheels) know nothing earlier. */
const TIMESTAMP = "2000-01-01 00:00:00Z"
const LISTS = "/lists"
const SOURCE = "/source"
const ARCHIVES = "/archives"
const OUTPUT = "/output"

/**
 * Packs what the services of a run need, in one step.
 *
 * @param files paths of all files of the repository
 */
export function packContent(
  source: Directory,
  files: string[],
  config: Config,
  services: Service[],
): Content {
  const lists = new Map<string, string[]>()
  for (const service of services) {
    for (const unit of [service, ...deepDependencies(config, service.name)])
      lists.set(unitArchive(unit), [unit.path])
    const extra = extraFiles(service, files)
    if (extra.length > 0) lists.set(extraArchive(service), extra)
  }
  const archives = packArchives(source, lists)

  const archivesOf = (service: Service) => {
    const names = [service, ...deepDependencies(config, service.name)].map(unitArchive)
    if (lists.has(extraArchive(service))) names.push(extraArchive(service))
    return names.map((name) => archives.file(name))
  }
  return {
    of: (service) => unpack(archivesOf(service)),
    async digestOf(service) {
      const digests = archivesOf(service).map((archive) =>
        archive.digest({ excludeMetadata: true }),
      )
      const all = (await Promise.all(digests)).join("\n")
      return `sha256:${createHash("sha256").update(all).digest("hex")}`
    },
  }
}

/**
 * Packs lists of paths into one archive each, in one step: equal files give equal archives.
 *
 * @param lists paths from the repository's root, by the name of their archive
 */
export function packArchives(
  source: Directory,
  lists: ReadonlyMap<string, readonly string[]>,
): Directory {
  let folder = dag.directory()
  for (const [name, paths] of lists)
    folder = folder.withNewFile(name, paths.map((path) => `./${path}`).join("\0"))
  return (
    dag
      .container()
      .from(IMAGES.tools)
      .withMountedDirectory(LISTS, folder)
      .withMountedDirectory(SOURCE, source)
      // A mount is known without the image below it.
      .withMountedDirectory(ARCHIVES, dag.directory())
      .withExec(["sh", "-ec", PACK])
      .directory(ARCHIVES)
  )
}

/** Makes the same files the same bytes. */
export const PACK_OPTIONS = `--sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime='${TIMESTAMP}'`

const PACK = `
cd ${LISTS}
for list in *; do
  tar --create --file="${ARCHIVES}/$list" --directory=${SOURCE} --null --files-from="$list" ${PACK_OPTIONS}
done
`

/** One folder from several archives; known by their contents. */
export function unpack(archives: File[]): Directory {
  let container = dag.container().from(IMAGES.tools)
  for (const [index, archive] of archives.entries())
    container = container.withMountedFile(`${ARCHIVES}/${index}.tar`, archive)
  return container
    .withMountedDirectory(OUTPUT, dag.directory())
    .withExec([
      "sh",
      "-ec",
      `for archive in ${ARCHIVES}/*.tar; do tar --extract --file="$archive" --directory=${OUTPUT}; done`,
    ])
    .directory(OUTPUT)
}

/** Files that a service needs wherever they are: its inputs, its Dockerfile, and what that ignores. */
function extraFiles({ dockerfile, inputs }: Service, files: string[]): string[] {
  const named = new Set(
    dockerfile === undefined ? [] : [dockerfile, `${dockerfile}.dockerignore`, ".dockerignore"],
  )
  const globs = compileGlobList(inputs)
  return files.filter((file) => named.has(file) || globs.match(file) !== null)
}

function unitArchive({ name }: { name: string }): string {
  return `${name}.unit.tar`
}

function extraArchive({ name }: { name: string }): string {
  return `${name}.extra.tar`
}
