import { normaliseGlob, normalisePath, resolveOwnPath } from "./paths.js"
import { mergeBackingServices } from "./backing-services.js"
import { normaliseEnvironment, normaliseServiceDeploy } from "./deploy.js"
import { normalisePlatform } from "./platform.js"
import type { PipelineFile } from "./pipeline-file.js"
import { normaliseScan, normaliseServiceScan } from "./scan.js"
import type { IntegrationEntry, LibraryEntry, ServicesFile } from "./services-file.js"
import { ServiceEntry } from "./services-file.js"
import type {
  BackingService,
  Build,
  Config,
  Contract,
  Health,
  ImagePin,
  Integration,
  Library,
  Load,
  LoadRequest,
  Need,
  RepositoryBuild,
  Service,
  TestOptions,
} from "./types.js"
import { parseMemory } from "./units.js"

/** Turns two checked files into the configuration that the program works with. */
export function normalise(
  services: ServicesFile,
  pipeline: PipelineFile,
): Omit<Config, "files" | "origins"> {
  const backingServices = mergeBackingServices(pipeline.backing_services)
  const { changes, images, jobs, build, scan, environments } = pipeline
  return {
    services: services.services.map((entry) => normaliseService(entry, backingServices)),
    libraries: services.libraries.map(normaliseLibrary),
    integration: services.integration.map((entry) => normaliseIntegration(entry, backingServices)),
    changes: {
      ...(changes.base !== undefined && { base: changes.base }),
      global: unique(changes.global.map(normaliseGlob)),
      ignore: unique(changes.ignore.map(normaliseGlob)),
    },
    images: Object.fromEntries(
      Object.entries(images).map(([tag, entry]) => [tag, normaliseImage(entry)]),
    ),
    backingServices,
    ...(jobs !== undefined && { jobs }),
    build: normaliseRepositoryBuild(build),
    scan: normaliseScan(scan),
    environments: Object.fromEntries(
      Object.entries(environments).map(([name, entry]) => [
        name,
        normaliseEnvironment(name, entry),
      ]),
    ),
  }
}

function normaliseRepositoryBuild({
  registry,
  source,
  moving_tags: movingTags,
  sbom,
  ...rest
}: PipelineFile["build"]): RepositoryBuild {
  return {
    ...rest,
    ...(registry !== undefined && { registry }),
    ...(source !== undefined && { source }),
    movingTags: unique(movingTags),
    sbom,
  }
}

function normaliseService(
  entry: ServiceEntry,
  backingServices: Record<string, BackingService>,
): Service {
  const path = normalisePath(entry.path)
  const { dockerfile, language_version: languageVersion, health } = entry
  return {
    name: entry.name,
    path,
    ...(dockerfile !== undefined && { dockerfile: resolveOwnPath(path, dockerfile) }),
    language: entry.language,
    ...(languageVersion !== undefined && { languageVersion }),
    testCommand: entry.test_command.trim(),
    dependsOn: unique(entry.depends_on),
    inputs: unique(entry.inputs.map(normaliseGlob)),
    ignore: unique(entry.ignore.map(normaliseGlob)),
    needs: entry.needs.map((need) => normaliseNeed(need, backingServices)),
    ...(health !== undefined && { health: normaliseHealth(health) }),
    build: normaliseBuild(entry.build),
    ...(entry.contract !== undefined && { contract: normaliseContract(path, entry.contract) }),
    generated: entry.generated.map(({ command, files }) => ({
      command: command.trim(),
      files: unique(files.map((file) => resolveOwnPath(path, file))),
    })),
    ...(entry.load !== undefined && { load: normaliseLoad(entry.load, health?.path) }),
    test: normaliseTest(entry.test),
    scan: normaliseServiceScan(entry.scan),
    deploy: normaliseServiceDeploy(entry.deploy),
    always: entry.always,
  }
}

/** The tests are run like those of a service that has no image of its own. */
function normaliseIntegration(
  { services, ...entry }: IntegrationEntry,
  backingServices: Record<string, BackingService>,
): Integration {
  const started = services.map((each) =>
    typeof each === "string" ? { name: each, env: {} } : { name: each.name, env: each.env },
  )
  const tests = normaliseService(ServiceEntry.parse(entry), backingServices)
  const dependsOn = unique([...tests.dependsOn, ...started.map(({ name }) => name)])
  return { ...tests, dependsOn, services: started }
}

function normaliseContract(
  path: string,
  { openapi, cases, exclude, timeout }: NonNullable<ServiceEntry["contract"]>,
): Contract {
  const document = openapi.startsWith("/")
    ? ({ kind: "served", path: openapi } as const)
    : ({ kind: "file", path: normalisePath(`${path}/${normalisePath(openapi)}`) } as const)
  return { document, cases, exclude, timeout }
}

function normaliseLoad(
  { requests, p95, throughput, slowdown, ...rest }: NonNullable<ServiceEntry["load"]>,
  healthPath = "/health",
): Load {
  return {
    ...rest,
    requests: (requests ?? [`GET ${healthPath}`]).map(normaliseLoadRequest),
    ...(p95 !== undefined && { p95 }),
    ...(throughput !== undefined && { throughput }),
    ...(slowdown !== undefined && { slowdown }),
  }
}

function normaliseLoadRequest(
  entry: NonNullable<NonNullable<ServiceEntry["load"]>["requests"]>[number],
): LoadRequest {
  if (typeof entry === "string") {
    const [method = "", path = ""] = entry.split(" ")
    return { method, path, headers: {} }
  }
  const { body, ...rest } = entry
  return { ...rest, ...(body !== undefined && { body }) }
}

function normaliseLibrary(entry: LibraryEntry): Library {
  return {
    name: entry.name,
    path: normalisePath(entry.path),
    dependsOn: unique(entry.depends_on),
  }
}

function normaliseNeed(
  need: ServiceEntry["needs"][number],
  backingServices: Record<string, BackingService>,
): Need {
  const { name, env } = typeof need === "string" ? { name: need, env: undefined } : need
  return { name, env: { ...(env ?? backingServices[name]?.provides) } }
}

function normaliseHealth(entry: NonNullable<ServiceEntry["health"]>): Health {
  const { port, path = "/health", protocol = "http", command, timeout, grace } = entry
  const limits = { timeout, grace, allowRoot: entry.allow_root }
  if (command !== undefined) return { kind: "command", command, ...limits }
  if (port === undefined)
    throw new Error("health without port and command must have been refused by its schema")
  return protocol === "http"
    ? { kind: protocol, port, path, ...limits }
    : { kind: protocol, port, ...limits }
}

function normaliseBuild(entry: ServiceEntry["build"]): Build {
  const { context, command, target, args, secrets, max_size: maxSize, platforms } = entry
  const megabytes = maxSize === undefined ? undefined : parseMemory(maxSize)
  return {
    context: context === "/" ? "repository" : "service",
    ...(command !== undefined && { command: command.trim() }),
    ...(target !== undefined && { target }),
    args,
    secrets: unique(secrets),
    ...(megabytes !== undefined && { maxSize: megabytes * 1024 ** 2 }),
    platforms: unique(platforms.map(normalisePlatform)),
  }
}

function normaliseTest(test: ServiceEntry["test"]): TestOptions {
  const memory = test.memory === undefined ? undefined : parseMemory(test.memory)
  return {
    timeout: test.timeout,
    ...(memory !== undefined && { memory }),
    retries: test.retries,
    shards: test.shards,
    allowNoTests: test.allow_no_tests,
    env: test.env,
  }
}

function normaliseImage(entry: PipelineFile["images"][string]): ImagePin {
  if (typeof entry === "string") return { digest: entry }
  const { digest, mirror } = entry
  return { ...(digest !== undefined && { digest }), ...(mirror !== undefined && { mirror }) }
}

function unique(values: string[]): string[] {
  return [...new Set(values)]
}
