import { issueAt } from "./issues.js"
import { resolveOwnPath } from "./paths.js"
import type { Config, ConfigIssue, Service } from "./types.js"

/** What is known about the repository's files. Paths are relative to its root. */
export interface PathFacts {
  /** Whether there is a file or a folder. */
  exists(path: string): boolean
  /** Whether there is a file. */
  isFile(path: string): boolean
}

/** The part of a configuration that names paths. */
export interface NamedPaths extends Pick<Config, "files" | "origins"> {
  readonly services: readonly ServicePaths[]
  readonly libraries: readonly { readonly path: string }[]
  readonly integration: readonly { readonly path: string }[]
}

type ServicePaths = Pick<Service, "path" | "dockerfile" | "contract">

/**
 * Compares the paths of a configuration with the files that there are, and reports folders and
 * Dockerfiles that are missing, each at the line that names it.
 */
export function checkPaths(config: NamedPaths, facts: PathFacts): ConfigIssue[] {
  let origins: Config["origins"] | undefined
  const report: Report = (key, message, suggestion) => {
    origins ??= config.origins
    const origin = origins[key] ?? { file: config.files.services, line: 1, column: 1 }
    return issueAt(origin.file, origin, {
      path: key,
      message,
      ...(suggestion !== undefined && { suggestion }),
    })
  }
  return [
    ...config.services.flatMap((service, index) => [
      ...folderIssues(service.path, `services[${index}].path`, facts, report),
      ...dockerfileIssues(service, `services[${index}].dockerfile`, facts, report),
      ...contractIssues(service, `services[${index}].contract`, facts, report),
    ]),
    ...config.libraries.flatMap((library, index) =>
      folderIssues(library.path, `libraries[${index}].path`, facts, report),
    ),
    ...config.integration.flatMap(({ path }, index) =>
      folderIssues(path, `integration[${index}].path`, facts, report),
    ),
  ]
}

type Report = (key: string, message: string, suggestion?: string) => ConfigIssue

function folderIssues(path: string, key: string, facts: PathFacts, report: Report): ConfigIssue[] {
  if (path === ".") return []
  if (facts.isFile(path)) {
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "."
    return [report(key, `"${path}" is a file, not a folder`, `did you mean "${folder}"?`)]
  }
  if (facts.exists(path)) return []
  const near = [path.replaceAll("-", "_"), path.replaceAll("_", "-")].find(
    (other) => other !== path && facts.exists(other),
  )
  const suggestion =
    near === undefined ? "create the folder, or correct the path" : `did you mean "${near}"?`
  return [report(key, `there is no folder "${path}"`, suggestion)]
}

function dockerfileIssues(
  { path, dockerfile }: ServicePaths,
  key: string,
  facts: PathFacts,
  report: Report,
): ConfigIssue[] {
  // Without its folder, a missing Dockerfile is no news.
  if (dockerfile === undefined || facts.isFile(dockerfile)) return []
  if (path !== "." && dockerfile.startsWith(`${path}/`) && !facts.exists(path)) return []
  if (facts.exists(dockerfile)) return [report(key, `"${dockerfile}" is a folder, not a file`)]
  return [
    report(key, `there is no Dockerfile "${dockerfile}"`, nearDockerfile(path, dockerfile, facts)),
  ]
}

function contractIssues(
  { contract }: ServicePaths,
  key: string,
  facts: PathFacts,
  report: Report,
): ConfigIssue[] {
  const document = contract?.document
  if (document?.kind !== "file" || facts.isFile(document.path)) return []
  const hint = 'correct "openapi"; with "/" in front, it is a path that the service itself serves'
  return [report(key, `there is no OpenAPI document "${document.path}"`, hint)]
}

/** The two ways to name a Dockerfile are easily taken for each other. */
function nearDockerfile(path: string, dockerfile: string, facts: PathFacts): string {
  const inside = path === "." ? dockerfile : dockerfile.slice(path.length + 1)
  if (path !== "." && dockerfile.startsWith(`${path}/`) && facts.isFile(inside)) {
    return `did you mean "/${inside}"? With "/" in front, the path is from the repository's root`
  }
  const moved = resolveOwnPath(path, dockerfile)
  if (facts.isFile(moved)) {
    return `did you mean "${dockerfile}"? Without "/" in front, the path is from the service's folder`
  }
  return "create it, or correct the name; without a dockerfile the standard image is built"
}
