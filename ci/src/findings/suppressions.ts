import { compileGlob } from "../changes/globs.js"
import type { Suppression } from "../config/index.js"
import { closest } from "../config/suggest.js"
import { normaliseId } from "./aliases.js"
import type { Detection, Finding } from "./finding.js"
import { sortedUnique } from "./finding.js"

/** The suppressions of pipeline.yaml, ready to be asked about findings. */
export interface SuppressionList {
  /** The entry that keeps a finding quiet today; undefined when none does. */
  match(finding: Finding): Suppression | undefined
  /** Entries that ended before today, with the findings that are back. */
  expired: Suppression[]
}

/**
 * Makes the suppressions of a repository ready.
 *
 * @param today YYYY-MM-DD; an argument, because a cached step must not keep an ended entry alive
 */
export function suppressionList(
  suppressions: readonly Suppression[],
  today: string,
): SuppressionList {
  const expired = suppressions.filter(({ expires }) => expires < today)
  const holding = suppressions.filter(({ expires }) => expires >= today).map(compile)
  return {
    expired,
    match(finding) {
      const fitting = holding.filter(({ fits }) => fits(finding))
      if (fitting.length === 0) return undefined
      // What two tools found needs an entry for both, or one for all tools.
      const quiet = finding.detections.every((detection) =>
        fitting.some(({ entry }) => entry.tool === undefined || entry.tool === detection.tool),
      )
      return quiet ? fitting[0]?.entry : undefined
    },
  }
}

/** What is wrong with the entries today; each a line for people. Empty when nothing is. */
export function suppressionErrors(
  suppressions: readonly Suppression[],
  { today, maxDays }: { today: string; maxDays: number },
): string[] {
  const last = addDays(today, maxDays)
  return suppressions.flatMap((entry, index) =>
    entry.expires > last
      ? [
          `scan.suppressions[${index}] (${entry.id}) lasts until ${entry.expires}, ` +
            `longer than ${maxDays} days from today: write ${last} or earlier`,
        ]
      : [],
  )
}

/** Entries that no finding needs, each as a line with the likely correction. */
export function unusedSuppressions(
  suppressions: readonly Suppression[],
  findings: readonly Finding[],
): string[] {
  if (suppressions.length === 0) return []
  const names = sortedUnique(findings.flatMap((finding) => [...namesOf(finding)]))
  return suppressions.flatMap((entry, index) => {
    const { fits } = compile(entry)
    if (findings.some(fits)) return []
    const guess = names.includes(normaliseId(entry.id)) ? undefined : closest(entry.id, names)
    const hint = guess === undefined ? "remove it" : `remove it, or write ${guess}`
    return [`scan.suppressions[${index}] (${entry.id}) matches no finding: ${hint}`]
  })
}

interface Compiled {
  entry: Suppression
  fits: (finding: Finding) => boolean
}

function compile(entry: Suppression): Compiled {
  const id = normaliseId(entry.id)
  const glob = entry.path === undefined ? undefined : compileGlob(entry.path)
  const about = entry.package === undefined ? undefined : normalisePackage(entry.package)
  return {
    entry,
    fits(finding) {
      if (about !== undefined && normalisePackage(finding.package?.name ?? "") !== about)
        return false
      if (glob !== undefined && !glob.test(finding.place.file)) return false
      const named = finding.ids.includes(id) || finding.detections.some((one) => isNamed(one, id))
      if (!named) return false
      return entry.tool === undefined || finding.detections.some(({ tool }) => tool === entry.tool)
    },
  }
}

function isNamed({ tool, rule }: Detection, id: string): boolean {
  return rule === id || `${tool}:${rule}` === id
}

function namesOf({ ids, detections }: Finding): Set<string> {
  return new Set([...ids, ...detections.flatMap(({ tool, rule }) => [rule, `${tool}:${rule}`])])
}

/** PyPI and npm differ in what they call the same; for a comparison the stricter one will do. */
function normalisePackage(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-")
}

/** A day some days later; both as YYYY-MM-DD. */
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}
