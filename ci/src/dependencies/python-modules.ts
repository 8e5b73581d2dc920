import type { FileIndex } from "./file-index.js"
import type { Owners } from "./owners.js"
import { folderOf, foldersUpTo, isInside, joinPath } from "./paths.js"
import type { PythonImport } from "./python-imports.js"
import { comesFromIndex } from "./python-requirements.js"
import { isStandardModule } from "./python-stdlib.js"
import type { DependencyConfig, Owner, RepositoryFacts } from "./types.js"

/** Folders inside an owner's that Python may be told to look in. */
const SOURCE_FOLDERS = [".", "src"]

/** What every project has: an import of one of these never means another project's. */
const COMMON_NAMES = new Set(["conftest", "docs", "examples", "scripts", "setup", "test", "tests"])

/** A top-level module that can be imported from outside its owner. */
interface Provided {
  owner: Owner
  /** The folder or the file without `.py`. */
  path: string
}

/** Finds the files behind Python imports, by the folders of services and libraries. */
export class PythonModules {
  private readonly provided = new Map<string, Provided[]>()

  constructor(
    config: DependencyConfig,
    private readonly owners: Owners,
    private readonly index: FileIndex,
    private readonly facts: RepositoryFacts,
  ) {
    for (const owner of config.libraries) this.provide(owner, () => true)
    for (const owner of config.services) this.provide(owner, (path) => this.isPackage(path))
  }

  /** The repository's files that an import in `file` reads outside of its owner's folder. */
  filesOf(statement: PythonImport, file: string, owner: Owner): string[] {
    const base =
      statement.level > 0
        ? joinPath(folderOf(file), ...Array<string>(statement.level - 1).fill(".."))
        : this.baseOf(statement.module.split(".")[0] ?? "", file, owner)
    if (base === undefined) return []
    const module = joinPath(base, ...statement.module.split("."))
    if (module === undefined) return []
    const wanted = statement.names.map((name) => `${module}/${name}`)
    const found = wanted.flatMap((path) => this.moduleFile(path) ?? [])
    const files = found.length > 0 ? found : [this.nearest(module, base) ?? []].flat()
    return files.filter((path) => !isInside(path, owner.path))
  }

  /** The folder in which an absolute import finds its first part; undefined for no one's. */
  private baseOf(name: string, file: string, owner: Owner): string | undefined {
    if (name === "" || isStandardModule(name) || this.isOwn(name, file, owner)) return undefined
    const base = this.providerOf(name, owner) ?? (this.index.hasFolder(name) ? "." : undefined)
    if (base === undefined) return undefined
    return comesFromIndex(name, owner.path, this.index, this.facts) ? undefined : base
  }

  private isOwn(name: string, file: string, owner: Owner): boolean {
    return foldersUpTo(file, owner.path)
      .flatMap((folder) => SOURCE_FOLDERS.map((source) => joinPath(folder, source, name)))
      .some((path) => path !== undefined && this.exists(path))
  }

  /** A library wins over a service; a name that several services have says nothing. */
  private providerOf(name: string, owner: Owner): string | undefined {
    const others = (this.provided.get(name) ?? []).filter((provided) => provided.owner !== owner)
    const libraries = others.filter((provided) => !("build" in provided.owner))
    const [first, second] = libraries.length > 0 ? libraries : others
    if (!first || (second && libraries.length === 0)) return undefined
    return folderOf(first.path)
  }

  private provide(owner: Owner, accepts: (path: string) => boolean): void {
    const own = this.isPackage(owner.path) ? [owner.path] : this.topLevel(owner)
    for (const path of own.filter(accepts)) {
      const name = path.slice(path.lastIndexOf("/") + 1)
      if (COMMON_NAMES.has(name)) continue
      this.provided.set(name, [...(this.provided.get(name) ?? []), { owner, path }])
    }
  }

  private topLevel(owner: Owner): string[] {
    const paths = new Set<string>()
    for (const source of SOURCE_FOLDERS) {
      const folder = joinPath(owner.path, source) ?? "."
      const prefix = folder === "." ? "" : `${folder}/`
      for (const file of this.index.under(folder)) {
        if (!file.endsWith(".py")) continue
        const [name = "", ...deeper] = file.slice(prefix.length).split("/")
        if (name === "src" && source === ".") continue
        paths.add(prefix + (deeper.length > 0 ? name : name.slice(0, -".py".length)))
      }
    }
    return [...paths]
  }

  private isPackage(path: string): boolean {
    return path !== "." && this.index.has(`${path}/__init__.py`)
  }

  private exists(path: string): boolean {
    return this.index.has(`${path}.py`) || this.index.hasFolder(path)
  }

  /** The file that an import of this path runs, or one that stands for a folder of modules. */
  private moduleFile(path: string): string | undefined {
    const file = [`${path}.py`, `${path}/__init__.py`].find((name) => this.index.has(name))
    // A folder that only holds the folders of several owners says nothing about one of them.
    if (file !== undefined || this.owners.of(path).length === 0) return file
    return this.index.under(path).find((name) => name.endsWith(".py"))
  }

  /** The module's file, or that of the nearest package above it: the rest is a name inside. */
  private nearest(module: string, base: string): string | undefined {
    for (let path = module; path !== base && path !== "."; path = folderOf(path)) {
      const file = this.moduleFile(path)
      if (file !== undefined) return file
    }
    return undefined
  }
}
