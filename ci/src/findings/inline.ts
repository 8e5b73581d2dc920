import type { Finding } from "./finding.js"
import type { Sources } from "./subject.js"

/**
 * Comments in the source that ask a tool to be quiet.
 *
 * The tools are run so that they ignore these comments, and the comments are read here: only then
 * can they be counted, listed, and refused.
 */
export interface InlineComment {
  /** The comment as written, without what follows it. */
  comment: string
  line: number
}

/** How a tool's comment looks, and which lines of a finding it may stand at. */
interface Marker {
  tool: string
  /** `ids`: the rules it names, if any. */
  pattern: RegExp
  where: "line" | "line-or-above" | "above" | "file"
}

const MARKERS: readonly Marker[] = [
  {
    tool: "bandit",
    pattern: /#\s*nosec\b:?\s*(?<ids>[A-Z]\d{3}(?:[\s,]+[A-Z]\d{3})*)?/,
    where: "line",
  },
  {
    tool: "semgrep",
    pattern: /(?:#|\/\/)\s*nosem(?:grep)?\b(?::\s*(?<ids>[\w.-]+(?:\s*,\s*[\w.-]+)*))?/,
    where: "line-or-above",
  },
  { tool: "gitleaks", pattern: /gitleaks:allow\b/, where: "line" },
  { tool: "trufflehog", pattern: /trufflehog:ignore\b/, where: "line" },
  {
    tool: "hadolint",
    pattern: /#\s*hadolint\s+(?:global\s+)?ignore\s*=\s*(?<ids>\w+(?:\s*,\s*\w+)*)/,
    where: "above",
  },
  {
    tool: "checkov",
    pattern: /(?:#|\/\/)\s*checkov:skip\s*=\s*(?<ids>\w+)/,
    where: "file",
  },
  {
    tool: "trivy",
    pattern: /#\s*trivy:ignore:(?<ids>[\w-]+(?:[\s,]+[\w-]+)*)/,
    where: "line-or-above",
  },
]

/** A fast way to say no, since nearly every file has none of these words. */
const ANY = /nosec|nosem|gitleaks:allow|trufflehog:ignore|hadolint|checkov:skip|trivy:ignore/

/** Finds the comment that asks for quiet about a finding, on behalf of every tool that found it. */
export function inlineComments(sources: Sources): (finding: Finding) => InlineComment | undefined {
  const files = new Map<string, string[] | undefined>()
  const linesOf = (file: string) => {
    if (!files.has(file)) {
      const text = sources(file)
      files.set(file, text !== undefined && ANY.test(text) ? text.split(/\r\n|\r|\n/) : undefined)
    }
    return files.get(file)
  }
  return (finding) => {
    const lines = linesOf(finding.place.file)
    if (!lines || finding.place.commit !== undefined) return undefined
    const comments = finding.detections.map(({ tool, rule }) =>
      MARKERS.filter((marker) => marker.tool === tool)
        .flatMap((marker) => search(marker, rule, finding, lines) ?? [])
        .at(0),
    )
    // One tool's comment says nothing about what another tool found.
    return comments.every((comment) => comment !== undefined) ? comments[0] : undefined
  }
}

function search(
  { pattern, where }: Marker,
  rule: string,
  { place }: Finding,
  lines: string[],
): InlineComment | undefined {
  for (const number of candidates(where, place, lines)) {
    const match = pattern.exec(lines[number - 1] ?? "")
    if (!match) continue
    const ids = match.groups?.["ids"]?.split(/[\s,]+/)
    const last = rule.split(".").at(-1)
    if (ids && !ids.some((id) => id === rule || id.split(".").at(-1) === last)) continue
    return { comment: match[0].trim(), line: number }
  }
  return undefined
}

/** Line numbers, from 1, where a marker may stand. */
function candidates(where: Marker["where"], place: Finding["place"], lines: string[]): number[] {
  if (where === "file") return range(1, lines.length)
  if (place.line === undefined) return []
  const own = range(place.line, Math.min(place.endLine ?? place.line, place.line + MOST_LINES))
  const above = commentsAbove(place.line, lines)
  if (where === "line") return own
  return where === "above" ? above : [...own, ...above]
}

/** The comment lines directly above a line. */
function commentsAbove(line: number, lines: string[]): number[] {
  const found: number[] = []
  for (let number = line - 1; number >= 1; number--) {
    if (!/^\s*(?:#|\/\/)/.test(lines[number - 1] ?? "")) break
    found.push(number)
  }
  return found
}

const MOST_LINES = 50

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}
