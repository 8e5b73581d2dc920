import { parse as parseYaml } from "yaml"
import { joinPath } from "../src/dependencies/paths.js"
import { toYaml } from "./packages.js"
import { asObject, asObjects, asTexts, placeOf, type Tree } from "./tree.js"

/** A path filter: a name, and the globs of what concerns it (dorny/paths-filter and the like). */
export interface Filter {
  name: string
  globs: string[]
  place: string
}

/** A unit of work that a workflow's matrix, or a job with a folder, names. */
export interface WorkflowUnit {
  name: string | undefined
  /** Its folder, where the workflow says. */
  folder: string | undefined
  /** How it is tested there. */
  test: string | undefined
  place: string
}

export interface WorkflowFacts {
  filters: Filter[]
  units: WorkflowUnit[]
}

/** What the existing workflows say about services. */
export function readWorkflows(tree: Tree): WorkflowFacts {
  const files = tree.files.filter((file) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(file))
  const jobs = files.flatMap((file) => {
    const workflow = toYaml(tree.read(file)) ?? {}
    const table = asObject(workflow["jobs"]) ?? {}
    return Object.values(table).flatMap((job) => {
      const known = asObject(job)
      return known === undefined ? [] : [{ file, job: known }]
    })
  })
  return {
    filters: [...jobs.flatMap(({ file, job }) => filtersOf(tree, file, job)), ...filterFiles(tree)],
    units: jobs.flatMap(({ file, job }) => unitsOf(tree, file, job)),
  }
}

function stepsOf(job: Record<string, unknown>): Record<string, unknown>[] {
  return asObjects(job["steps"])
}

function filtersOf(tree: Tree, file: string, job: Record<string, unknown>): Filter[] {
  return stepsOf(job).flatMap((step) => {
    const given = asObject(step["with"])?.["filters"]
    if (typeof given !== "string") return []
    // A text that names a file, or the filters themselves.
    if (!given.includes("\n")) return readFilters(tree, given.trim())
    return toFilters(given, (name) => placeOf(tree, file, `${name}:`))
  })
}

/** Files of filters, by the names that they usually have. */
function filterFiles(tree: Tree): Filter[] {
  return tree.files
    .filter((file) => /^\.github\/(?:[\w-]*-)?(?:paths-)?filters?\.ya?ml$/.test(file))
    .flatMap((file) => readFilters(tree, file))
}

function readFilters(tree: Tree, file: string): Filter[] {
  return toFilters(tree.read(file) ?? "", (name) => placeOf(tree, file, `${name}:`))
}

function toFilters(text: string, place: (name: string) => string): Filter[] {
  let table: Record<string, unknown> | undefined
  try {
    table = asObject(parseYaml(text, { merge: true }))
  } catch {
    return []
  }
  return Object.entries(table ?? {}).map(([name, patterns]) => ({
    name,
    globs: patternsOf(patterns),
    place: place(name),
  }))
}

/** Patterns, also nested by anchors, and by kind of change. */
function patternsOf(value: unknown): string[] {
  if (typeof value === "string") return [value]
  if (Array.isArray(value)) return value.flatMap(patternsOf)
  return Object.values(asObject(value) ?? {}).flatMap(patternsOf)
}

/** Keys of a matrix under which services are listed. */
const LISTS =
  /^(?:services?|apps?|projects?|packages?|modules?|components?|names?|dirs?|folders?)$/i
const FOLDERS = /^(?:paths?|dirs?|directory|folders?|context|working[-_]directory|workdir)$/i
/** A command that tests; what starts it in a project's own environment is left out. */
const TESTS =
  /^(?:(?:poetry|uv|pdm|pipenv|hatch) run )?((?:pytest|python3? -m (?:pytest|unittest)|npm (?:run )?test|npm t|pnpm (?:run )?test|yarn (?:run )?test|go test|npx (?:vitest|jest)|vitest|jest|node --test)\b.*)$/

function unitsOf(tree: Tree, file: string, job: Record<string, unknown>): WorkflowUnit[] {
  const matrix = asObject(asObject(job["strategy"])?.["matrix"]) ?? {}
  const rows = [
    ...Object.entries(matrix)
      .filter(([key]) => LISTS.test(key))
      .flatMap(([key, values]) => asTexts(values).map((value) => ({ [key]: value }))),
    ...asObjects(matrix["include"]),
  ]
  const defaults = asObject(asObject(job["defaults"])?.["run"])?.["working-directory"]
  if (rows.length > 0)
    return rows.flatMap((row) => {
      const name = textUnder(row, LISTS)
      if (name === undefined) return []
      const { folder, test } = jobTest(job, defaults, row)
      const isPath = name.includes("/")
      const listed = textUnder(row, FOLDERS) ?? (isPath ? name : undefined)
      return [
        {
          name: isPath ? undefined : name,
          folder: joined(listed ?? folder),
          test,
          place: placeOf(tree, file, name),
        },
      ]
    })
  const { folder, test } = jobTest(job, defaults, {})
  if (folder === undefined || test === undefined) return []
  return [{ name: undefined, folder: joined(folder), test, place: placeOf(tree, file, folder) }]
}

function textUnder(row: Record<string, unknown>, key: RegExp): string | undefined {
  return Object.entries(row).flatMap(([name, value]) =>
    key.test(name) && typeof value === "string" ? [value] : [],
  )[0]
}

/** The folder in which a job tests, and its command; both with the matrix's values put in. */
function jobTest(job: Record<string, unknown>, defaults: unknown, row: Record<string, unknown>) {
  let folder = fill(asTexts(defaults)[0], row)
  let test: string | undefined
  for (const step of stepsOf(job)) {
    const run = fill(asTexts(step["run"])[0], row)
    const own = fill(asTexts(step["working-directory"])[0], row)
    const found = run
      ?.split("\n")
      .map(testLine)
      .find((line) => line !== undefined)
    if (found === undefined) continue
    folder = found.folder ?? own ?? /^\s*cd\s+(\S+)\s*$/m.exec(run ?? "")?.[1] ?? folder
    test = found.test
    break
  }
  return { folder, test: test?.includes("${{") ? undefined : test }
}

/** The test in a line of shell, and the folder that the line changes to before. */
function testLine(line: string): { folder: string | undefined; test: string } | undefined {
  const parts = line.trim().split(/\s*&&\s*/)
  const test = TESTS.exec(parts.at(-1) ?? "")?.[1]
  if (test === undefined) return undefined
  // Packages are installed with pnpm or yarn; a script runs with what Node.js brings along.
  const script = test.replace(/^(?:pnpm|yarn) (?:run )?test/, "npm test")
  return { folder: /^cd\s+(\S+)$/.exec(parts[0] ?? "")?.[1], test: script }
}

function fill(text: string | undefined, row: Record<string, unknown>): string | undefined {
  return text?.replace(/\$\{\{\s*matrix\.([\w-]+)\s*\}\}/g, (whole, key: string) =>
    typeof row[key] === "string" ? (row[key] as string) : whole,
  )
}

function joined(folder: string | undefined): string | undefined {
  return folder === undefined || folder.includes("${{") ? undefined : joinPath(folder)
}
