import type { Config, Library, Service } from "../config/types.js"

/** The part of the configuration that says who depends on what. */
export type DependencyConfig = Pick<
  Config,
  "services" | "libraries" | "changes" | "files" | "origins"
>

/** Something with a folder of its own: a service or a library. */
export type Owner = Service | Library

/** What must be known of a repository. Paths are relative to its root, written with `/`. */
export interface RepositoryFacts {
  /** Every file, symbolic links included. */
  files: readonly string[]
  /** Where each symbolic link points, as written in it. */
  symlinks: ReadonlyMap<string, string>
  /** A file's text; undefined when it can't be read as text. */
  read(path: string): string | undefined
}

/** A place where a service or library uses files that are not its own. */
export interface Use {
  file: string
  line: number
  /** The use as a person would name it: `COPY libs/shared`. */
  what: string
  /** The files that it reads. */
  paths: string[]
}

/** A use that services.json does not declare: changes of what is used would go unnoticed. */
export interface UndeclaredDependency {
  rule: "undeclared-dependency"
  severity: "error"
  /** The service or library that lacks the declaration. */
  owner: string
  file: string
  line: number
  /** Names of services and libraries, or paths that belong to none. */
  uses: string[]
  message: string
  /** Where to write what. */
  fix: string
  /** The line for services.json, complete. */
  declaration: string
}
