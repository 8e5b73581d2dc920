import type { FileIndex } from "./file-index.js"
import type { PythonImport } from "./python-imports.js"
import { pythonImports } from "./python-imports.js"
import type { PythonModules } from "./python-modules.js"
import type { Owner, RepositoryFacts, Use } from "./types.js"

/** What an owner's Python files import from other folders of the repository. */
export function usesInPython(
  owner: Owner,
  facts: RepositoryFacts,
  index: FileIndex,
  modules: PythonModules,
): Use[] {
  const files = index.under(owner.path).filter((file) => file.endsWith(".py"))
  return files.flatMap((file) =>
    pythonImports(facts.read(file) ?? "").flatMap((statement) => {
      const paths = modules.filesOf(statement, file, owner)
      return paths.length > 0
        ? [{ file, line: statement.line, what: written(statement), paths }]
        : []
    }),
  )
}

function written({ module, level, names }: PythonImport): string {
  if (names.length === 0 && level === 0) return `import ${module}`
  return `from ${".".repeat(level)}${module} import ${names.join(", ") || "*"}`
}
