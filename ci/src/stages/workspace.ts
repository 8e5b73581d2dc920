import { join } from "node:path/posix"
import { Container, Directory } from "@dagger.io/dagger"
import type { Config, Service } from "../config/index.js"
import type { RepositoryFiles } from "../languages/index.js"
import { LANGUAGE_SUPPORT, SOURCE_FOLDER } from "../languages/index.js"
import type { BaseImages } from "./base-images.js"
import type { Content } from "./content.js"
import type { Dependencies } from "./dependencies.js"
import { dependencyLayer } from "./dependencies.js"
import type { Scan } from "./scan.js"
import type { RunContext } from "./step.js"
import type { FindUndeclared } from "./undeclared.js"

/** What every stage works on. */
export interface Workspace {
  source: Directory
  config: Config
  /** Paths of all files of the repository, relative to its root. */
  files: string[]
  /** The same files, to be read. */
  repository: RepositoryFiles
  content: Content
  images: BaseImages
  /** What a service uses without declaring it. */
  undeclared: FindUndeclared
  run: RunContext
  /** The security scan of all services of the run; begins when it is first asked for. */
  scan: () => Promise<Scan>
}

/**
 * The container that a service's checks and tests run in: its language's image,
 * its dependencies in a layer that only its manifests decide, and then its own
 * files with the libraries and inputs it declares.
 *
 * The files are mounted. The engine knows a mount by its content, but what was copied by how the
 * copied folder came about, which any edit of the repository changes: an engine that begins with a
 * registry's cache would then unpack the image and the dependencies of every service, only to find
 * out that its results are there.
 */
export function serviceContainer(
  { content, images }: Workspace,
  { project, plan }: Dependencies,
): Container {
  const { service, libraries } = project
  const support = LANGUAGE_SUPPORT[service.language]
  const installed = support.withEnvironment(dependencyLayer(service, plan, images), libraries)
  const files = content.of(service)
  const container = support.installsAmongFiles
    ? installed.withDirectory(SOURCE_FOLDER, files)
    : installed.withMountedDirectory(SOURCE_FOLDER, files)
  return container.withWorkdir(join(SOURCE_FOLDER, service.path))
}
