import { dag, Directory } from "@dagger.io/dagger"
import { lazily } from "../changes/lazily.js"
import type { Config, Service } from "../config/index.js"
import type { TextAnswer, TextRequest } from "../dependencies/gather.mjs"
import { type DependencyCheck, dependencyCheck, type Owner } from "../dependencies/index.js"
import { formatIssue } from "../dockerfile/index.js"
import { deepDependencies } from "../run/dependencies.js"
import { IMAGES } from "./images.js"
import { isProgram, moduleFolder } from "./module-folder.js"

/** Finds what a service, or a library behind it, uses without declaring it: one line for each use. */
export type FindUndeclared = (service: Service) => Promise<string[]>

const REQUEST = "/request"
const PROGRAM = "/gather"
const REPOSITORY = "/repository"
const ANSWER = "/answer.json"

/**
 * Compares what services use with what services.json declares. The repository is read once, by one
 * step, whatever the number of services.
 *
 * @param files paths of all files of the repository
 * @param services those that will be asked about
 */
export function undeclaredDependencies(
  source: Directory,
  files: readonly string[],
  config: Config,
  services: readonly Service[],
): FindUndeclared {
  const check = lazily(() => readRepository(source, files, config, services))
  return async (service) => {
    const known = await check()
    return ownersOf(config, service).flatMap((owner) => known.undeclared(owner).map(formatIssue))
  }
}

/** A service, and the libraries whose files are in its image as well. */
function ownersOf(config: Config, service: Service): Owner[] {
  const libraries = new Set(deepDependencies(config, service.name).map(({ name }) => name))
  return [service, ...config.libraries.filter(({ name }) => libraries.has(name))]
}

async function readRepository(
  source: Directory,
  files: readonly string[],
  config: Config,
  services: readonly Service[],
): Promise<DependencyCheck> {
  const owners = services.flatMap((service) => ownersOf(config, service))
  const dockerfiles = services.flatMap(({ dockerfile }) => dockerfile ?? [])
  const request: TextRequest = {
    folders: [...new Set(owners.map(({ path }) => path))].sort(),
    files: [
      ".dockerignore",
      ...dockerfiles.flatMap((file) => [file, `${file}.dockerignore`]).sort(),
    ],
  }
  const answer = await dag
    .container()
    .from(IMAGES.tools)
    .withMountedDirectory(PROGRAM, moduleFolder("src/dependencies", isProgram))
    .withMountedDirectory(
      REQUEST,
      dag.directory().withNewFile("request.json", JSON.stringify(request)),
    )
    .withMountedDirectory(REPOSITORY, source)
    .withWorkdir(REPOSITORY)
    .withExec(["node", `${PROGRAM}/gather.mjs`, `${REQUEST}/request.json`, ANSWER])
    .file(ANSWER)
    .contents()
  const { symlinks, texts } = JSON.parse(answer) as TextAnswer
  const links = new Map(symlinks)
  const paths = new Set([...files, ...links.keys()])
  return dependencyCheck(config, {
    files: [...paths],
    symlinks: links,
    read: (path) => (Object.hasOwn(texts, path) ? texts[path] : undefined),
  })
}
