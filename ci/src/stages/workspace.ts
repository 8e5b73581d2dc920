import { join } from "node:path/posix"
import { dag, Container, Directory } from "@dagger.io/dagger"
import { compileGlobList } from "../changes/globs.js"
import type { BackingService, Config, Need, Service } from "../config/index.js"
import { fillTemplate } from "../config/index.js"
import { deepDependencies } from "../run/dependencies.js"
import { LANGUAGE_SUPPORT } from "../languages/index.js"
import type { Content } from "./content.js"
import type { RunContext } from "./step.js"

/** What every stage works on. */
export interface Workspace {
  source: Directory
  config: Config
  /** Paths of all files of the repository, relative to its root. */
  files: string[]
  content: Content
  run: RunContext
}

const ROOT = "/src"

/**
 * The container that a service's checks and tests run in: its language's image,
 * its dependencies in a layer that only its manifests decide, and then its own
 * files with the libraries and inputs it declares.
 */
export function serviceContainer(workspace: Workspace, service: Service): Container {
  const { source, config, content } = workspace
  const support = LANGUAGE_SUPPORT[service.language]
  const manifests = manifestNames(workspace.files, service, support.manifests)

  let container = support.withTools(dag.container().from(support.image(service.languageVersion)))
  for (const { path, key } of support.caches)
    container = container.withMountedCache(path, dag.cacheVolume(key))
  container = container.withWorkdir(join(ROOT, service.path))
  for (const name of manifests)
    container = container.withFile(name, source.file(join(service.path, name)))
  container = support.withDependencies(container, service, manifests)
  const libraries = deepDependencies(config, service.name).map(({ path }) => path)
  return support.withLibraries(container, libraries).withDirectory(ROOT, content.of(service))
}

/** The names of a service's manifests, of those that its language knows. */
function manifestNames(files: string[], { path }: Service, globs: readonly string[]): string[] {
  const prefix = path === "." ? "" : `${path}/`
  const names = files
    .filter((file) => file.startsWith(prefix))
    .map((file) => file.slice(prefix.length))
  const manifest = compileGlobList(globs)
  return names.filter((name) => !name.includes("/") && manifest.match(name) !== null).sort()
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
    bound = bindNeed(bound, need, backing, `${service.name}/${purpose}`)
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
