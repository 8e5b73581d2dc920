import type { Language } from "../config/index.js"
import { go } from "./go.js"
import type { LanguageSupport } from "./language.js"
import { node } from "./node.js"
import { python } from "./python.js"

export { generatedChecks } from "./generated.js"
export { installerFailure, networkFailure } from "./installer-failure.js"
export { PROGRAM_FOLDER, REPORT_FOLDER, SHARD_FOLDER, SOURCE_FOLDER } from "./language.js"
export type {
  DependencyPlan,
  DependencyStep,
  LanguageSupport,
  Preflight,
  Project,
} from "./language.js"
export type { RepositoryFiles } from "./repository-files.js"
export { quote } from "./shell.js"

/** Every language a service can be written in. */
export const LANGUAGE_SUPPORT: Record<Language, LanguageSupport> = { python, node, go }
