import { usesInDockerfile } from "./from-dockerfile.js"
import { usesInPython } from "./from-python.js"
import { usesBySymlink } from "./from-symlinks.js"
import { FileIndex } from "./file-index.js"
import { compileGlobList } from "../changes/globs.js"
import { Owners } from "./owners.js"
import { isInside } from "./paths.js"
import { PythonModules } from "./python-modules.js"
import type {
  DependencyConfig,
  Owner,
  RepositoryFacts,
  UndeclaredDependency,
  Use,
} from "./types.js"

/** How many names a message lists before it only counts. */
const MOST_NAMED = 3

/** Looks for undeclared dependencies; what concerns the whole repository is worked out once. */
export interface DependencyCheck {
  /** The undeclared dependencies of one service or library. */
  undeclared(owner: Owner): UndeclaredDependency[]
}

/**
 * Compares what services and libraries use with what services.json declares.
 *
 * A use is declared when a change of the used file would select the service anyway: through
 * `depends_on` (deep), `inputs`, a global glob, or because the file belongs to nobody, and then
 * concerns everybody.
 */
export function dependencyCheck(config: DependencyConfig, facts: RepositoryFacts): DependencyCheck {
  const index = new FileIndex(facts.files)
  const owners = new Owners(config)
  const modules = new PythonModules(config, owners, index, facts)
  const isGlobal = globTest(config.changes.global)
  const isIgnored = globTest(config.changes.ignore)
  const inputs = config.services.map((service) => globTest(service.inputs))
  const dockerfiles = new Set(config.services.map((service) => service.dockerfile))
  const isClaimed = (path: string) =>
    dockerfiles.has(path) || inputs.some((matches) => matches(path))

  // Working them out takes time, and without an issue nobody asks for them.
  let origins: DependencyConfig["origins"] | undefined

  /** What would have to be declared for a path: a name, the path itself, or nothing. */
  function lacking(owner: Owner): (path: string) => Lack | undefined {
    const declared = owners.dependenciesOf(owner)
    const hasInputs = "inputs" in owner
    const isInput = globTest(hasInputs ? owner.inputs : [])
    return (path) => {
      if (isInside(path, owner.path) || isInput(path) || isIgnored(path) || isGlobal(path)) {
        return undefined
      }
      const [nearest, ...above] = owners.of(path)
      if (!nearest) {
        return hasInputs && isClaimed(path) ? { field: "inputs", value: path } : undefined
      }
      if ([nearest, ...above].some(({ name }) => declared.has(name))) return undefined
      return { field: "depends_on", value: nearest.name }
    }
  }

  function undeclared(owner: Owner): UndeclaredDependency[] {
    const lackOf = lacking(owner)
    const uses: Use[] = [
      ...("build" in owner ? usesInDockerfile(owner, facts, index) : []),
      ...usesInPython(owner, facts, index, modules),
      ...usesBySymlink(owner, facts, index),
    ]
    const found = uses
      .map((use) => ({ use, lacks: unique(use.paths.flatMap((path) => lackOf(path) ?? [])) }))
      .filter(({ lacks }) => lacks.length > 0)
    if (found.length === 0) return []
    const all = unique(found.flatMap(({ lacks }) => lacks))
    origins ??= config.origins
    const place = placeOf(config, origins, owner)
    return found.map(({ use, lacks }) => toIssue(owner, use, lacks, all, place))
  }

  return { undeclared }
}

/** The undeclared dependencies of one service or library. For many, use `dependencyCheck`. */
export function undeclared(
  config: DependencyConfig,
  owner: Owner,
  facts: RepositoryFacts,
): UndeclaredDependency[] {
  return dependencyCheck(config, facts).undeclared(owner)
}

/** A declaration that is missing. */
interface Lack {
  field: "depends_on" | "inputs"
  value: string
}

function unique(lacks: readonly Lack[]): Lack[] {
  return [...new Map(lacks.map((lack) => [`${lack.field} ${lack.value}`, lack])).values()]
}

function toIssue(
  owner: Owner,
  { file, line, what }: Use,
  lacks: readonly Lack[],
  all: readonly Lack[],
  place: string,
): UndeclaredDependency {
  const uses = lacks.map(({ value }) => value)
  const fields = new Set(lacks.map(({ field }) => field))
  const lines = [...fields].map((field) => declarationLine(owner, field, all))
  const declaration = lines.join(", ")
  const kind = "build" in owner ? "service" : "library"
  const more = uses.length > MOST_NAMED ? ` and ${uses.length - MOST_NAMED} more` : ""
  return {
    rule: "undeclared-dependency",
    severity: "error",
    owner: owner.name,
    file,
    line,
    uses,
    message:
      `${what} uses ${uses.slice(0, MOST_NAMED).join(", ")}${more}, ` +
      `which ${kind} ${owner.name} does not declare, so changes there would not test it`,
    fix: `${place}: in ${kind} "${owner.name}" write ${declaration}`,
    declaration,
  }
}

/** The whole line, with everything that this owner lacks, so that one edit is enough. */
function declarationLine(owner: Owner, field: Lack["field"], all: readonly Lack[]): string {
  const present = field === "depends_on" ? owner.dependsOn : "inputs" in owner ? owner.inputs : []
  const added = all.filter((lack) => lack.field === field).map(({ value }) => value)
  const values = [...present, ...added.sort()].map((value) => JSON.stringify(value))
  return `"${field}": [${values.join(", ")}]`
}

function placeOf(
  config: DependencyConfig,
  origins: DependencyConfig["origins"],
  owner: Owner,
): string {
  const services: readonly Owner[] = config.services
  const inServices = services.indexOf(owner)
  const list: readonly Owner[] = config.libraries
  const key = inServices >= 0 ? `services[${inServices}]` : `libraries[${list.indexOf(owner)}]`
  const origin = origins[`${key}.depends_on`] ?? origins[key]
  return origin ? `${origin.file}:${origin.line}` : config.files.services
}

/** A test for paths: is one in a list of globs? */
function globTest(globs: readonly string[]): (path: string) => boolean {
  const list = compileGlobList(globs)
  return (path) => list.match(path) !== null
}
