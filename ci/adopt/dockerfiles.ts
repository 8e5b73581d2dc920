import type { Language } from "../src/config/types.js"
import { folderOf, isInside, joinPath } from "../src/dependencies/paths.js"
import { parse, runtime, sources } from "../src/dockerfile/index.js"
import { healthOf } from "./compose.js"
import { baseName, ownFiles, type Tree } from "./tree.js"

/** A Dockerfile, as far as a proposal needs to know it. */
export interface FoundDockerfile {
  path: string
  /** Paths that it copies from its context, without `.`. */
  copies: string[]
  /** The language of the image that it ends in, where its name says so. */
  language: Language | undefined
  health: { port: number; path?: string; protocol?: "tcp" } | undefined
}

/** For tests, other environments, or to build on: not what is deployed. */
const VARIANT =
  /\.(?:dev|development|test|tests|testing|ci|local|debug|base|builder|e2e|windows|arm64)$/i

/** The names that Dockerfiles usually have. */
export function isDockerfile(path: string): boolean {
  const name = baseName(path)
  if (name.endsWith(".dockerignore") || VARIANT.test(name.replace(/\.Dockerfile$/, "")))
    return false
  return /^(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|^[\w-][\w.-]*\.Dockerfile$/.test(name)
}

/** Every Dockerfile of something that is deployed. */
export function findDockerfiles(tree: Tree): FoundDockerfile[] {
  return ownFiles(tree)
    .filter(isDockerfile)
    .map((path) => readDockerfile(tree, path))
}

export function readDockerfile(
  tree: Tree,
  path: string,
  args = {},
  target?: string,
): FoundDockerfile {
  const dockerfile = parse(tree.read(path) ?? "", path)
  const options = { args, ...(target !== undefined && { target }) }
  const { base, ports, healthcheck } = runtime(dockerfile, options)
  const checked = healthOf(healthcheck?.command?.args.join(" ") ?? "")
  const [port] = ports
  return {
    path,
    copies: sources(dockerfile, options)
      .filter(({ unknown, path: source }) => unknown.length === 0 && source !== ".")
      .map(({ path: source }) => source.replace(/\/$/, "")),
    language:
      languageOfImage(base) ?? languageOfImage(/^FROM\s+(\S+)/im.exec(tree.read(path) ?? "")?.[1]),
    health:
      checked ??
      (ports.length === 1 && port !== undefined && port.protocol === "tcp"
        ? { port: port.port, protocol: "tcp" }
        : undefined),
  }
}

function languageOfImage(reference: string | undefined): Language | undefined {
  if (reference === undefined) return undefined
  if (/python|uvicorn|gunicorn/i.test(reference)) return "python"
  if (/golang/i.test(reference)) return "go"
  return /(?:^|\/)(?:node|bun)\b|nodejs/i.test(reference) ? "node" : undefined
}

/** What a Dockerfile's own name, or its folder's, says it is of: `api` for docker/api.Dockerfile. */
export function namedAfter(path: string): string | undefined {
  const [, before] = /^(.+)\.Dockerfile$/.exec(baseName(path)) ?? []
  const [, behind] = /^(?:Dockerfile|Containerfile)\.(.+)$/.exec(baseName(path)) ?? []
  return before ?? behind ?? (folderOf(path) === "." ? undefined : baseName(folderOf(path)))
}

/** Whether two names mean the same, however their words are joined. */
export function isSameName(one: string, other: string): boolean {
  return simple(one) === simple(other)
}

function simple(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, "")
}

/** The folder whose code a Dockerfile is for. */
export function homeOf(
  { path, copies }: FoundDockerfile,
  tree: Tree,
  folders: readonly string[],
): string | undefined {
  const own = folderOf(path)
  if (folders.includes(own) && own !== ".") return own
  const name = namedAfter(path)
  const named = folders.filter((folder) => name !== undefined && isSameName(baseName(folder), name))
  if (named.length === 1) return named[0]
  if (own !== "." && holdsCode(tree, own)) return own
  const copied = folders.filter(
    (folder) => folder !== "." && copies.some((copy) => isInside(copy, folder)),
  )
  if (copied.length === 1) return copied[0]
  if (own === ".") return copied.length === 0 ? "." : undefined
  return holdsMore(tree, own) ? own : undefined
}

/** Whether a folder holds anything but Dockerfiles, in whatever language. */
function holdsMore(tree: Tree, folder: string): boolean {
  return tree.files.some((file) => isInside(file, folder) && !isDockerfile(file))
}

function holdsCode(tree: Tree, folder: string): boolean {
  return tree.files.some((file) => isInside(file, folder) && /\.(?:py|go|[cm]?[jt]s)$/.test(file))
}

/** Whether a Dockerfile's COPY lines fit the repository's root rather than its service's folder. */
export function needsRoot({ copies }: FoundDockerfile, tree: Tree, folder: string): boolean {
  const exists = (path: string | undefined) => {
    if (path === undefined) return false
    const literal = path.replace(/[*?[].*$/, "").replace(/\/$/, "")
    return tree.files.some(
      (file) =>
        file === path || isInside(file, literal) || (literal !== path && file.startsWith(literal)),
    )
  }
  const inFolder = copies.filter((copy) => exists(joinPath(folder, copy))).length
  const inRoot = copies.filter(exists).length
  return folder !== "." && inRoot > inFolder
}
