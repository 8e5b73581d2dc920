import { parse, stringify, TomlError } from "smol-toml"

/** A table of a TOML file. */
export type Table = Record<string, unknown>

/** A pyproject.toml that was read, or what is wrong with it. */
export type ReadToml = { table: Table } | { problem: string }

/** What describes a project to people, and decides nothing about its dependencies. */
const DESCRIPTIVE = [
  "authors",
  "classifiers",
  "description",
  "documentation",
  "homepage",
  "keywords",
  "license",
  "license-files",
  "maintainers",
  "readme",
  "repository",
  "scripts",
  "gui-scripts",
  "entry-points",
  "urls",
]

/** Tables of tools that install; all others, such as ruff's and pytest's, decide nothing here. */
const INSTALLERS = ["uv", "poetry", "pdm"]

/** Names under which projects keep what only their tests need. */
export const TEST_GROUPS = ["dev", "develop", "development", "test", "tests", "testing"]

/** Reads a TOML file. */
export function readToml(path: string, text: string): ReadToml {
  try {
    return { table: parse(text) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const message = error.message.split("\n")[0]?.replace(/^Invalid TOML document:\s*/, "")
    return { problem: `${path}:${error.line}: not valid TOML: ${message}` }
  }
}

/** The text of a pyproject.toml that is left when all goes that decides nothing about dependencies. */
export function reducePyproject(table: Table): string {
  const tool = tableAt(table, "tool")
  const kept: Table = {
    ...pick(table, ["build-system", "dependency-groups"]),
    ...("project" in table && { project: withoutDescription(tableAt(table, "project")) }),
  }
  const tools = INSTALLERS.filter((name) => name in tool).map((name) => [
    name,
    withoutDescription(tableAt(tool, name)),
  ])
  return stringify({ ...kept, ...(tools.length > 0 && { tool: Object.fromEntries(tools) }) })
}

/** What a pyproject.toml requires in plain requirement lines. */
export interface PyprojectRequirements {
  runtime: string[]
  /** Of its test and development groups and extras. */
  development: string[]
  /** Requirement files that it names for its dependencies (setuptools), relative to it. */
  includes: string[]
}

/** The dependencies that a pyproject.toml names itself. */
export function pyprojectRequirements(table: Table): PyprojectRequirements {
  const project = tableAt(table, "project")
  const extras = tableAt(project, "optional-dependencies")
  const groups = tableAt(table, "dependency-groups")
  const dynamic = tableAt(
    tableAt(tableAt(tableAt(table, "tool"), "setuptools"), "dynamic"),
    "dependencies",
  )
  const isDynamic = strings(project["dynamic"]).includes("dependencies")
  return {
    runtime: strings(project["dependencies"]),
    development: TEST_GROUPS.flatMap((name) => [
      ...strings(extras[name]),
      ...groupRequirements(groups, name),
    ]),
    includes: isDynamic ? strings([dynamic["file"]].flat()) : [],
  }
}

/** Whether a project keeps its dependencies where only Poetry reads them. */
export function isPoetryProject(table: Table): boolean {
  const poetry = tableAt(tableAt(table, "tool"), "poetry")
  return "dependencies" in poetry && !("dependencies" in tableAt(table, "project"))
}

/** Whether a project's own metadata can only be known by building it. */
export function hasDynamicMetadata(table: Table): boolean {
  return strings(tableAt(table, "project")["dynamic"]).length > 0
}

/** A group with the groups that it includes. */
function groupRequirements(groups: Table, name: string, seen = new Set<string>()): string[] {
  const entries = groups[name]
  if (!Array.isArray(entries) || seen.has(name)) return []
  seen.add(name)
  return entries.flatMap((entry: unknown) => {
    if (typeof entry === "string") return [entry]
    const included = isTable(entry) ? entry["include-group"] : undefined
    return typeof included === "string" ? groupRequirements(groups, included, seen) : []
  })
}

function withoutDescription(table: Table): Table {
  return Object.fromEntries(Object.entries(table).filter(([key]) => !DESCRIPTIVE.includes(key)))
}

function pick(table: Table, keys: string[]): Table {
  return Object.fromEntries(keys.filter((key) => key in table).map((key) => [key, table[key]]))
}

/** The table of a key; empty when there is none. */
export function tableAt(table: Table, key: string): Table {
  const value = table[key]
  return isTable(value) ? value : {}
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The texts of a list; anything else counts as none. */
export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : []
}
