import { lstatSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"
import { describe, expect, it } from "vitest"

const MODULE = fileURLToPath(new URL("../../../ci", import.meta.url))
const ENGINE_TYPESCRIPT = "5.9.3"

/** The official runtime brings its own copy of the same release. */
const BROUGHT_BY_ENGINE = "typescript"

/** Megabytes on disk that the module's own packages may take, the compiler apart. */
const MOST_MEGABYTES = 12
const MOST_PACKAGES = 6

interface Lock {
  packages: Record<string, { version?: string; resolved?: string; hasInstallScript?: boolean }>
}

const manifest = readJson<{ dependencies: Record<string, string>; devDependencies?: object }>(
  "package.json",
)
const lock = readJson<Lock>("package-lock.json")

describe("what every call of a function loads", () => {
  it("is few packages, each pinned to one release", () => {
    const versions = Object.entries(manifest.dependencies)
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
    expect(versions.length).toBeLessThanOrEqual(MOST_PACKAGES)
    expect(manifest.dependencies[BROUGHT_BY_ENGINE]).toBe(ENGINE_TYPESCRIPT)
  })

  it("is what the lock file names, from no particular registry, and runs nothing while it is installed", () => {
    const packages = Object.entries(lock.packages).filter(([path]) => path !== "")
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([])
    for (const [name, version] of Object.entries(manifest.dependencies))
      expect(lock.packages[`node_modules/${name}`]?.version).toBe(version)
  })

  it(`takes at most ${MOST_MEGABYTES} MB of disk, the compiler apart`, () => {
    const folders = Object.keys(lock.packages).filter(
      (path) => path !== "" && path !== `node_modules/${BROUGHT_BY_ENGINE}`,
    )
    const bytes = folders.reduce((sum, folder) => sum + folderSize(join(MODULE, folder)), 0)
    expect(bytes / 1024 ** 2).toBeGreaterThan(0)
    expect(bytes / 1024 ** 2).toBeLessThanOrEqual(MOST_MEGABYTES)
  })

  it("has no test, fixture or text for people among the sources", () => {
    const files = readdirSync(join(MODULE, "src"), { recursive: true, encoding: "utf8" })
    const stray =
      /(^|\/)(__tests__|tests?|fixtures?|docs?)\/|\.(test|spec|bench)\.[cm]?[jt]s$|\.md$/
    // A stage may be called test.ts: it is a step of the pipeline.
    expect(files.filter((file) => stray.test(file))).toEqual([])
  })

  it("starts nothing and reads nothing while it is loaded", () => {
    const files = readdirSync(join(MODULE, "src"), { recursive: true, encoding: "utf8" })
    const eager = files
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => hasStatementToRun(readFileSync(join(MODULE, "src", file), "utf8")))
    expect(eager).toEqual([])
  })
})

const OUTSIDE = new Set(["node:fs", "node:fs/promises", "node:child_process"])

/** Whether a file does something when it is imported, besides declaring: files and processes are asked later. */
function hasStatementToRun(text: string): boolean {
  const { statements } = ts.createSourceFile("file.ts", text, ts.ScriptTarget.ES2022)
  const reaching = new Set(
    statements
      .filter(ts.isImportDeclaration)
      .filter(({ moduleSpecifier }) => OUTSIDE.has((moduleSpecifier as ts.StringLiteral).text))
      .flatMap(({ importClause }) => importClause?.namedBindings ?? [])
      .flatMap((names) =>
        ts.isNamedImports(names) ? names.elements.map(({ name }) => name.text) : names.name.text,
      ),
  )
  const reachesOut = (node: ts.Node): boolean =>
    !ts.isFunctionLike(node) &&
    ((ts.isIdentifier(node) && reaching.has(node.text)) ||
      (ts.forEachChild(node, (child) => reachesOut(child) || undefined) ?? false))
  return statements.some(
    (statement) =>
      ts.isExpressionStatement(statement) ||
      ts.isIterationStatement(statement, false) ||
      (ts.isVariableStatement(statement) && reachesOut(statement)),
  )
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(MODULE, name), "utf8"))
}

function folderSize(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0)
}
