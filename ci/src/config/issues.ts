import type { KeyPath, Place, SourceDocument } from "./document.js"
import type { ConfigIssue } from "./types.js"

/** Something to say about a place in a document. */
export interface Finding {
  path: KeyPath
  /** What to point at: the value, or the key in front of it. */
  part?: "key" | "value"
  message: string
  expected?: string
  suggestion?: string
}

/** More than anybody reads at once; the rest is only counted. */
const MOST_SHOWN = 50

/** Adds the file and the place in it to a finding. */
export function toIssue(document: SourceDocument, finding: Finding): ConfigIssue {
  const { path, part, ...texts } = finding
  return issueAt(document.file, document.place(path, part), { ...texts, path: formatPath(path) })
}

/** Makes an issue with its fields in the order in which they are read. */
export function issueAt(
  file: string,
  place: Place,
  { path, message, expected, suggestion }: Omit<ConfigIssue, "file" | "line" | "column">,
): ConfigIssue {
  return {
    file,
    line: place.line,
    column: place.column,
    path,
    message,
    ...(expected !== undefined && { expected }),
    ...(suggestion !== undefined && { suggestion }),
  }
}

/** Orders issues as their files are read from top to bottom. */
export function sortIssues(issues: ConfigIssue[]): ConfigIssue[] {
  const files = new Map<string, number>()
  for (const { file } of issues) if (!files.has(file)) files.set(file, files.size)
  const rank = (issue: ConfigIssue): number => files.get(issue.file) ?? 0
  return [...issues].sort(
    (one, other) => rank(one) - rank(other) || one.line - other.line || one.column - other.column,
  )
}

/** Writes a key path as people do: `services[3].path`, `images["python:3.11-slim"]`. */
export function formatPath(path: KeyPath): string {
  let text = ""
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`
    else if (!/^[A-Za-z_$][\w$-]*$/.test(key)) text += `[${JSON.stringify(key)}]`
    else text += text === "" ? key : `.${key}`
  }
  return text
}

/**
 * Writes issues for people: a block for each, then what to do next. Empty for no issues.
 *
 * @example
 * services.json:12:7  services[3].languge: unknown key
 *     expected: one of name, path, language
 *     did you mean "language"?
 */
export function formatIssues(issues: ConfigIssue[]): string {
  if (issues.length === 0) return ""
  const blocks = issues.slice(0, MOST_SHOWN).map(formatIssue)
  const hidden = issues.length - blocks.length
  if (hidden > 0) blocks.push(`... and ${hidden} more`)
  return [...blocks, nextStep(issues)].join("\n\n") + "\n"
}

function formatIssue(issue: ConfigIssue): string {
  const subject = issue.path === "" ? "" : `${issue.path}: `
  const lines = [`${issue.file}:${issue.line}:${issue.column}  ${subject}${issue.message}`]
  if (issue.expected !== undefined) lines.push(`    expected: ${issue.expected}`)
  if (issue.suggestion !== undefined) lines.push(`    ${issue.suggestion}`)
  return lines.join("\n")
}

function nextStep(issues: ConfigIssue[]): string {
  const files = [...new Set(issues.map((issue) => issue.file))].join(" and ")
  const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`
  return `${count} in ${files}. Change the lines above, then check with: dagger call plan`
}
