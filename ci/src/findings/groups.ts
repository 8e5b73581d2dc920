import type { DecidedFinding } from "./decision.js"
import type { Finding, Severity } from "./finding.js"
import { compareText, formatPlace, mainId, severityRank, sortedUnique } from "./finding.js"

/** One vulnerability or rule, with every place it was found at: "1 CVE, 31 services". */
export interface Group {
  id: string
  severity: Severity
  message: string
  /** Such as "requests 2.31.0, fixed in 2.32.0"; empty when it isn't about a package. */
  about: string
  tools: string[]
  services: string[]
  places: string[]
}

/** Rolls findings up by what people mend together: a vulnerability of a package, or a rule. */
export function groupFindings(findings: readonly DecidedFinding[]): Group[] {
  const groups = new Map<string, [DecidedFinding, ...DecidedFinding[]]>()
  for (const finding of findings) {
    const about = finding.package
    const key = JSON.stringify([mainId(finding), about?.ecosystem, about?.name, about?.version])
    const group = groups.get(key)
    if (group) group.push(finding)
    else groups.set(key, [finding])
  }
  return [...groups.values()].map(toGroup).sort(compareGroups)
}

function toGroup(findings: [DecidedFinding, ...DecidedFinding[]]): Group {
  const [first] = findings
  const worst = findings.reduce((best, one) =>
    severityRank(one.severity) > severityRank(best.severity) ? one : best,
  )
  return {
    id: mainId(first),
    severity: worst.severity,
    message: first.message,
    about: packageText(first),
    tools: sortedUnique(findings.flatMap(({ detections }) => detections.map(({ tool }) => tool))),
    services: sortedUnique(findings.flatMap(({ services }) => services)),
    places: sortedUnique(findings.map(({ place }) => formatPlace(place))),
  }
}

function packageText({ category, package: about }: Finding): string {
  if (!about) return ""
  if (category !== "vulnerability") return `${about.name} ${about.version}`.trim()
  const fixed = about.fixed.length > 0 ? `, fixed in ${about.fixed.join(" or ")}` : ", no fix yet"
  return `${about.name} ${about.version}`.trim() + fixed
}

function compareGroups(one: Group, other: Group): number {
  return (
    severityRank(other.severity) - severityRank(one.severity) ||
    compareText(one.id, other.id) ||
    compareText(one.about, other.about)
  )
}
