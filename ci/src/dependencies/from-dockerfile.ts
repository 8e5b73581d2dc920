import type { Service } from "../config/types.js"
import { contextFiles } from "../dockerfile/context-files.js"
import { dockerignore } from "../dockerfile/dockerignore.js"
import { parse } from "../dockerfile/parse.js"
import type { Source } from "../dockerfile/sources.js"
import { sources } from "../dockerfile/sources.js"
import type { FileIndex } from "./file-index.js"
import { isInside, joinPath } from "./paths.js"
import type { RepositoryFacts, Use } from "./types.js"

/** What a service's Dockerfile copies or mounts from other folders of the repository. */
export function usesInDockerfile(
  service: Service,
  facts: RepositoryFacts,
  index: FileIndex,
): Use[] {
  const { dockerfile: file, build } = service
  const text = file === undefined ? undefined : facts.read(file)
  if (file === undefined || text === undefined) return []
  const read = sources(parse(text, file), {
    args: build.args,
    ...(build.target !== undefined && { target: build.target }),
  }).filter((source) => source.unknown.length === 0)
  const find = build.context === "repository" ? inRepository(file, facts, index) : besides
  return read.flatMap((source) => {
    const paths = find(source, service, index).filter((path) => !isInside(path, service.path))
    const what = `${source.instruction} ${source.written}`
    return paths.length > 0 ? [{ file, line: source.line, what, paths }] : []
  })
}

type FindFiles = (source: Source, service: Service, index: FileIndex) => string[]

/** The context is the repository, less what .dockerignore leaves out. */
function inRepository(dockerfile: string, facts: RepositoryFacts, index: FileIndex): FindFiles {
  const rules = facts.read(`${dockerfile}.dockerignore`) ?? facts.read(".dockerignore") ?? ""
  const ignored = dockerignore(rules)
  return (source, service) => {
    const top = source.glob ? literalFolder(source.path) : source.path
    const others = index.under(top).filter((path) => !isInside(path, service.path))
    return contextFiles(source, others).filter((path) => !ignored(path))
  }
}

/** The context is the service's folder: only a path that climbs out of it means other folders. */
function besides(source: Source, service: Service, index: FileIndex): string[] {
  if (!source.outside) return []
  const path = joinPath(service.path, source.written)
  return path === undefined ? [] : index.under(path)
}

/** The folders of a pattern before its first part with a wildcard. */
function literalFolder(pattern: string): string {
  const parts = pattern.split("/")
  const first = parts.findIndex((part) => /[*?[\\]/.test(part))
  return parts.slice(0, first).join("/") || "."
}
