import { z } from "zod"

import type { Finding } from "./finding.js"
import { CATEGORIES, compareText, sortedUnique } from "./finding.js"

/**
 * Findings that were there when a repository began to scan: reported, but they don't fail a run.
 *
 * An entry is known again by what it is about and its names, never by a line number; and in another
 * file only when its own file is gone, which is what a rename looks like. Each entry stands for one
 * finding, so that a second instance of the same mistake is new.
 */

export const BASELINE_VERSION = 1

const Entry = z.strictObject({
  category: z.enum(CATEGORIES),
  ids: z.array(z.string().min(1)).min(1),
  file: z.string().min(1),
  subject: z.string().min(1),
})
export type BaselineEntry = z.infer<typeof Entry>

const BaselineFile = z.strictObject({
  version: z.literal(BASELINE_VERSION),
  findings: z.array(Entry),
})

/** A baseline that was read, or the reason why it can't be. */
export type BaselineResult = { entries: BaselineEntry[] } | { error: string }

/**
 * Reads a baseline file.
 *
 * @param file its path, for the error
 */
export function readBaseline(text: string, file: string): BaselineResult {
  const again = `write it anew with: dagger call scan-report file --path=baseline.json -o ${file}`
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { error: `${file} is no JSON (${(error as Error).message}); ${again}` }
  }
  const version = (Object(value) as { version?: unknown }).version
  if (version !== BASELINE_VERSION) {
    const found = version === undefined ? "no version" : `version ${JSON.stringify(version)}`
    return { error: `${file} has ${found}, and this program reads ${BASELINE_VERSION}; ${again}` }
  }
  const result = BaselineFile.safeParse(value)
  if (result.success) return { entries: result.data.findings }
  const [issue] = result.error.issues
  return { error: `${file}: ${issue?.path.join(".")}: ${issue?.message}; ${again}` }
}

/** Writes a baseline of findings, one a line, so that a change of it reads well. */
export function formatBaseline(findings: readonly Finding[]): string {
  const lines = findings
    .map(({ category, ids, place, subject }) =>
      JSON.stringify({ category, ids: sortedUnique(ids), file: place.file, subject }),
    )
    .sort(compareText)
  const body = lines.length === 0 ? "[]" : `[\n    ${lines.join(",\n    ")}\n  ]`
  return `{\n  "version": ${BASELINE_VERSION},\n  "findings": ${body}\n}\n`
}

/** Which findings a baseline knows, and which of its entries nobody needs any more. */
export interface BaselineMatch<F extends Finding> {
  known: Set<F>
  stale: BaselineEntry[]
}

/**
 * Finds the findings of a baseline again.
 *
 * @param exists says whether the repository still has a file
 */
export function matchBaseline<F extends Finding>(
  entries: readonly BaselineEntry[],
  findings: readonly F[],
  exists: (file: string) => boolean,
): BaselineMatch<F> {
  const known = new Set<F>()
  const inFile = new Shelf(entries, ({ category, subject, file }) => [category, subject, file])
  for (const finding of findings)
    if (inFile.take([finding.category, finding.subject, finding.place.file], finding.ids))
      known.add(finding)
  const gone = inFile.left().filter(({ file }) => !exists(file))
  const moved = new Shelf(gone, ({ category, subject }) => [category, subject])
  for (const finding of findings)
    if (!known.has(finding) && moved.take([finding.category, finding.subject], finding.ids))
      known.add(finding)
  return {
    known,
    stale: [...inFile.left().filter(({ file }) => exists(file)), ...moved.left()],
  }
}

/** Entries by a key, each to be taken once. */
class Shelf {
  private readonly entries = new Map<string, BaselineEntry[]>()

  constructor(entries: readonly BaselineEntry[], keyOf: (entry: BaselineEntry) => string[]) {
    for (const entry of entries) {
      const key = keyOf(entry).join("\0")
      const list = this.entries.get(key)
      if (list) list.push(entry)
      else this.entries.set(key, [entry])
    }
  }

  /** Takes the first entry of a key that shares a name; says whether there was one. */
  take(key: string[], names: readonly string[]): boolean {
    if (this.entries.size === 0) return false
    const list = this.entries.get(key.join("\0")) ?? []
    const index = list.findIndex(({ ids }) => ids.some((id) => names.includes(id)))
    if (index === -1) return false
    list.splice(index, 1)
    return true
  }

  left(): BaselineEntry[] {
    return [...this.entries.values()].flat()
  }
}
