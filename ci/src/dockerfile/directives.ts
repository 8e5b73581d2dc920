import { trimStart } from "./characters.js"
import type { IssueList } from "./issues.js"
import type { Escape } from "./model.js"

/** What the `# name=value` lines at the very top of a file set. */
export interface Directives {
  escape: Escape
  syntax?: string
}

const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/
const NAMES = new Set(["syntax", "escape", "check"])

/** Reads the parser directives. They end at the first line that is none. */
export function readDirectives(lines: readonly string[], issues: IssueList): Directives {
  const directives: Directives = { escape: "\\" }
  const seen = new Set<string>()
  for (const [index, line] of lines.entries()) {
    const [, written = "", value = ""] = DIRECTIVE.exec(trimStart(line)) ?? []
    const name = written.toLowerCase()
    if (!NAMES.has(name)) return directives
    if (seen.has(name)) {
      const message = `the ${name} directive is given twice`
      issues.error(index + 1, "directive", message, "Keep one of them.")
    } else if (name === "syntax") {
      directives.syntax = value
    } else if (name === "escape" && (value === "\\" || value === "`")) {
      directives.escape = value
    } else if (name === "escape") {
      const message = `the escape character can't be ${value}`
      issues.error(index + 1, "directive", message, "Use ` or \\.")
    }
    seen.add(name)
  }
  return directives
}
