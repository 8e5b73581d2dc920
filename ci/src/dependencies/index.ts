/** Finds what services and libraries use without declaring it in services.json. */
export type { DependencyConfig, Owner, RepositoryFacts, UndeclaredDependency } from "./types.js"
export { dependencyCheck, undeclared } from "./undeclared.js"
export type { DependencyCheck } from "./undeclared.js"
export { pythonImports } from "./python-imports.js"
export type { PythonImport } from "./python-imports.js"
export { isStandardModule } from "./python-stdlib.js"
