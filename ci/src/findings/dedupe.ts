import { closeAliases } from "./aliases.js"
import { sharedRule } from "./equivalent-rules.js"
import type { Detection, Finding, Severity } from "./finding.js"
import {
  compareFindings,
  comparePlaces,
  compareText,
  severityRank,
  sortedUnique,
} from "./finding.js"

/**
 * Makes one finding of all that say the same about the same place, by however many tools.
 *
 * Findings come back in the order of every output, and the order they were given in makes no
 * difference. Nothing is lost: every tool and rule stays in `detections`.
 */
export function dedupe(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>()
  for (const finding of closeAliases(findings)) {
    const key = sameness(finding)
    const group = groups.get(key)
    if (group) group.push(finding)
    else groups.set(key, [finding])
  }
  return withKnownSeverities([...groups.values()].map(merge)).sort(compareFindings)
}

/** Findings with the same text are the same. */
function sameness(finding: Finding): string {
  const { category, ids, place, detections } = finding
  const { file, line, column, commit } = place
  const about = finding.package
  const parts = about && [about.ecosystem, about.name, about.version]
  switch (category) {
    case "vulnerability":
    case "licence":
      return JSON.stringify([category, ids[0], parts, file])
    case "secret":
      // Tools name secrets differently; two in one line are mended together. One that is in no line
      // of the repository, but in an image, is where its subject says.
      return JSON.stringify([category, file, line, commit, line === undefined && finding.subject])
    default: {
      const [first] = detections
      const shared = first && sharedRule(first.tool, first.rule)
      if (shared?.scope === "file") return JSON.stringify([shared.id, file])
      if (shared?.scope === "line") return JSON.stringify([shared.id, file, line])
      return JSON.stringify([category, ids[0], file, line, column])
    }
  }
}

function merge(group: Finding[]): Finding {
  if (group.length === 1 && group[0]) return group[0]
  const sorted = [...group].sort(compareFindings)
  const [worst] = sorted
  if (!worst) throw new Error("a group of findings can't be empty")
  const scores = sorted.flatMap(({ score }) => score ?? [])
  const places = sorted.map(({ place }) => place).sort(comparePlaces)
  const fixed = sortedUnique(sorted.flatMap((finding) => finding.package?.fixed ?? []))
  return {
    ...worst,
    ids: sortedUnique(sorted.flatMap(({ ids }) => ids)),
    detections: uniqueDetections(sorted.flatMap(({ detections }) => detections)),
    ...(scores.length > 0 && { score: Math.max(...scores) }),
    place: places.find(({ line }) => line !== undefined) ?? worst.place,
    ...(worst.package && { package: { ...worst.package, fixed } }),
    services: sortedUnique(sorted.flatMap(({ services }) => services)),
  }
}

function uniqueDetections(detections: Detection[]): Detection[] {
  const known = new Map(detections.map((detection) => [JSON.stringify(detection), detection]))
  return [...known.values()].sort(
    (one, other) => compareText(one.tool, other.tool) || compareText(one.rule, other.rule),
  )
}

/** What one tool can't grade, another one may have graded elsewhere: the highest grade counts. */
function withKnownSeverities(findings: Finding[]): Finding[] {
  // All findings of a class and package share their first id by now.
  const key = ({ ids, package: about }: Finding) =>
    JSON.stringify([ids[0], about?.ecosystem, about?.name])
  const known = new Map<string, Severity>()
  for (const finding of findings) {
    if (finding.category !== "vulnerability") continue
    const best = known.get(key(finding)) ?? "unknown"
    if (severityRank(finding.severity) > severityRank(best))
      known.set(key(finding), finding.severity)
  }
  return findings.map((finding) => {
    if (finding.category !== "vulnerability" || finding.severity !== "unknown") return finding
    const severity = known.get(key(finding))
    if (severity === undefined) return finding
    return { ...finding, severity, severitySource: "alias" as const }
  })
}
