import type { Language } from "../config/index.js"
import { go } from "./go.js"
import type { LanguageSupport } from "./language.js"
import { node } from "./node.js"
import { python } from "./python.js"

export { REPORT_FOLDER } from "./language.js"
export type { Check, LanguageSupport } from "./language.js"

/** Every language a service can be written in. */
export const LANGUAGE_SUPPORT: Record<Language, LanguageSupport> = { python, node, go }
