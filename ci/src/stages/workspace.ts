import { dag, Container, Directory } from "@dagger.io/dagger"
import type { BackingService, Config, Need, Service } from "../config/index.js"
import { fillTemplate } from "../config/index.js"
import { deepDependencies } from "../run/dependencies.js"
import { LANGUAGE_SUPPORT } from "../languages/index.js"
import type { RunContext } from "./step.js"

/** What every stage works on. */
export interface Workspace {
  source: Directory
  config: Config
  /** Paths of all files of the repository, relative to its root. */
  files: string[]
  run: RunContext
}

const ROOT = "/src"

/** Files that are never part of a service: what tools leave behind in a checkout. */
const LEFTOVERS = ["**/node_modules", "**/.venv", "**/__pycache__", "**/.pytest_cache", "**/.ruff_cache"]

/**
 * The container that a service's checks and tests run in: its language's image,
 * its dependencies in a layer that only its manifests decide, the libraries it
 * declares, and its own files last.
 */
export function serviceContainer(workspace: Workspace, service: Service): Container {
  const { source, config } = workspace
  const support = LANGUAGE_SUPPORT[service.language]
  const folder = `${ROOT}/${service.path}`
  const own = source.directory(service.path)

  let container = support.withTools(dag.container().from(support.image(service.languageVersion)))
  for (const { path, key } of support.caches) container = container.withMountedCache(path, dag.cacheVolume(key))
  container = container.withWorkdir(folder).withDirectory(".", own, { include: [...support.manifests] })
  container = support.withDependencies(container, service, rootFiles(workspace.files, service.path))

  const dependencies = deepDependencies(config, service.name)
  for (const { path } of dependencies) {
    container = container.withDirectory(`${ROOT}/${path}`, source.directory(path), { exclude: LEFTOVERS })
  }
  container = support.withLibraries(container, dependencies.map(({ path }) => path))
  if (service.inputs.length > 0) container = container.withDirectory(ROOT, source, { include: service.inputs })
  return container.withDirectory(".", own, { exclude: LEFTOVERS })
}

/** The names of the files that lie directly in a folder. */
function rootFiles(files: string[], folder: string): string[] {
  const prefix = folder === "." ? "" : `${folder}/`
  return files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length)).filter((file) => !file.includes("/"))
}

/**
 * Starts the backing services of a service beside a container, and tells the
 * container where they are. Each service gets its own: tests of two services
 * never share a database.
 */
export function withNeeds(container: Container, workspace: Workspace, service: Service, purpose: string): Container {
  let bound = container
  for (const need of service.needs) {
    const backing = workspace.config.backingServices[need.name] as BackingService
    bound = bindNeed(bound, need, backing, `${service.name}/${purpose}`)
  }
  return bound
}

function bindNeed(container: Container, need: Need, backing: BackingService, owner: string): Container {
  const values = { ...backing.variables, port: String(backing.port), host: need.name }
  let server = dag.container().from(backing.image)
  for (const [name, value] of Object.entries(backing.env)) server = server.withEnvVariable(name, fillTemplate(value, values))
  const service = server
    // The engine runs equal definitions once: this makes them differ.
    .withEnvVariable("PIPELINE_OWNER", owner)
    .withExposedPort(backing.port)
    .asService({ useEntrypoint: true, args: backing.args.map((argument) => fillTemplate(argument, values)) })
  let bound = container.withServiceBinding(need.name, service)
  for (const [name, value] of Object.entries(need.env)) bound = bound.withEnvVariable(name, fillTemplate(value, values))
  return bound
}
