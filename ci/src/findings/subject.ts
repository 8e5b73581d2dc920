import { createHash } from "node:crypto"

import type { Finding } from "./finding.js"
import { sortedUnique } from "./finding.js"

/** The text of a file of the repository; undefined when there is none. */
export type Sources = (file: string) => string | undefined

/**
 * Says of every finding what it is about, so that it is known again after lines moved or files
 * were renamed: the package, or the line's text without spaces.
 */
export function withSubjects(findings: readonly Finding[], sources: Sources): Finding[] {
  const lines = new Map<string, string[] | undefined>()
  const digests = new Map<string, string>()
  const digestOf = (text: string) => {
    const known = digests.get(text) ?? digest(text.replace(/\s+/g, ""))
    digests.set(text, known)
    return known
  }
  const linesOf = (file: string) => {
    if (!lines.has(file)) lines.set(file, sources(file)?.split(/\r\n|\r|\n/))
    return lines.get(file)
  }
  return findings.map((finding) => ({ ...finding, subject: subjectOf(finding, linesOf, digestOf) }))
}

function subjectOf(
  { package: about, place, subject }: Finding,
  linesOf: (file: string) => string[] | undefined,
  digestOf: (text: string) => string,
): string {
  if (about) return `package:${about.ecosystem}/${about.name}`
  if (subject !== "") return subject
  const { file, line, commit } = place
  if (line === undefined) return "file"
  // What stands in an old commit never moves.
  if (commit !== undefined) return `commit:${commit}:${file}:${line}`
  const text = linesOf(file)?.[line - 1]
  return text === undefined ? `line:${line}` : `text:${digestOf(text)}`
}

/**
 * A short name for a finding in outputs: the same in every run as long as it is the same finding in
 * the same file.
 *
 * @returns 32 hexadecimal digits
 */
export function fingerprint(finding: Finding): string {
  const known = fingerprints.get(finding)
  if (known !== undefined) return known
  const { category, ids, subject, place } = finding
  const made = digest(JSON.stringify([category, sortedUnique(ids)[0], subject, place.file]))
  fingerprints.set(finding, made)
  return made
}

/** Every output asks for them again. */
const fingerprints = new WeakMap<Finding, string>()

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32)
}
