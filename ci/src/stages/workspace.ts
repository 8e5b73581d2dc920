import { join } from "node:path/posix"
import { dag, Container, Directory } from "@dagger.io/dagger"
import type { BackingService, Config, Need, Service } from "../config/index.js"
import { fillTemplate } from "../config/index.js"
import type { RepositoryFiles } from "../languages/index.js"
import { LANGUAGE_SUPPORT, SOURCE_FOLDER } from "../languages/index.js"
import type { BaseImages } from "./base-images.js"
import type { Content } from "./content.js"
import type { Dependencies } from "./dependencies.js"
import { dependencyLayer } from "./dependencies.js"
import type { RunContext } from "./step.js"

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
  run: RunContext
}

/**
 * The container that a service's checks and tests run in: its language's image,
 * its dependencies in a layer that only its manifests decide, and then its own
 * files with the libraries and inputs it declares.
 */
export function serviceContainer(
  { content, images }: Workspace,
  { project, plan }: Dependencies,
): Container {
  const { service, libraries } = project
  return LANGUAGE_SUPPORT[service.language]
    .withEnvironment(dependencyLayer(service, plan, images), libraries)
    .withDirectory(SOURCE_FOLDER, content.of(service))
    .withWorkdir(join(SOURCE_FOLDER, service.path))
}

/**
 * Starts the backing services of a service beside a container, and tells the
 * container where they are. Each service gets its own: tests of two services
 * never share a database.
 */
export function withNeeds(
  container: Container,
  workspace: Workspace,
  service: Service,
  purpose: string,
): Container {
  let bound = container
  for (const need of service.needs) {
    const backing = workspace.config.backingServices[need.name] as BackingService
    const image = workspace.images.use(backing.image)
    bound = bindNeed(bound, need, { ...backing, image }, `${service.name}/${purpose}`)
  }
  return bound
}

function bindNeed(
  container: Container,
  need: Need,
  backing: BackingService,
  owner: string,
): Container {
  const values = { ...backing.variables, port: String(backing.port), host: need.name }
  let server = dag.container().from(backing.image)
  for (const [name, value] of Object.entries(backing.env))
    server = server.withEnvVariable(name, fillTemplate(value, values))
  const service = server
    // The engine runs equal definitions once: this makes them differ.
    .withEnvVariable("PIPELINE_OWNER", owner)
    .withExposedPort(backing.port)
    .asService({
      useEntrypoint: true,
      args: backing.args.map((argument) => fillTemplate(argument, values)),
    })
  let bound = container.withServiceBinding(need.name, service)
  for (const [name, value] of Object.entries(need.env))
    bound = bound.withEnvVariable(name, fillTemplate(value, values))
  return bound
}
