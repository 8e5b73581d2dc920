import type { Severity } from "./finding.js"
import { compareText, severityRank, sortedUnique } from "./finding.js"
import type { SarifLog, SarifResult, SarifRule, SarifRun } from "./sarif.js"
import { cutNote, LIMITS, toText } from "./write-sarif.js"

type Notification = SarifRun["invocations"][number]["toolExecutionNotifications"][number]

/**
 * Joins the SARIF of scans that shared one repository out into the SARIF of one: a run for each tool, as GitHub
 * wants it. What several of them found, because it belongs to no service, is in it once.
 *
 * @param logs files that `writeSarif` made
 * @param missing why findings are missing; said in every run, so that GitHub closes no alert
 */
export function joinSarif(logs: readonly SarifLog[], missing: readonly string[]): string {
  const byTool = new Map<string, SarifRun[]>()
  for (const run of logs.flatMap(({ runs }) => runs)) {
    const { name } = run.tool.driver
    byTool.set(name, [...(byTool.get(name) ?? []), run])
  }
  const runs = [...byTool]
    .sort(([one], [other]) => compareText(one, other))
    .slice(0, LIMITS.runs)
    .map(([, parts]) => joinRuns(parts, missing))
  return toText(runs.map((run) => JSON.stringify(run)))
}

/**
 * Reads a file that `writeSarif` made.
 *
 * @returns undefined for anything else
 */
export function parseOwnSarif(text: string): SarifLog | undefined {
  try {
    const log = JSON.parse(text) as SarifLog
    return log.version === "2.1.0" && log.runs.every(isOwnRun) ? log : undefined
  } catch {
    return undefined
  }
}

function isOwnRun({ tool, automationDetails, invocations, results }: SarifRun): boolean {
  const ids = tool.driver.rules.map(({ id }) => id)
  return (
    automationDetails.id === `pipeline/${tool.driver.name}/` &&
    invocations.every((one) => Array.isArray(one.toolExecutionNotifications)) &&
    results.every(({ ruleId, ruleIndex }) => ids[ruleIndex] === ruleId)
  )
}

function joinRuns(parts: readonly SarifRun[], missing: readonly string[]): SarifRun {
  const [first] = parts
  if (first === undefined) throw new Error("a tool without a run")
  const all = joinResults(parts.flatMap(({ results }) => results))
  const results = all.slice(0, LIMITS.results)
  const used = new Set(results.map(({ ruleId }) => ruleId))
  const rules = joinRules(parts.flatMap(({ tool }) => tool.driver.rules)).filter(({ id }) =>
    used.has(id),
  )
  const position = new Map(rules.map(({ id }, index) => [id, index]))
  const { driver } = first.tool
  const versions = sortedUnique(parts.map(({ tool }) => tool.driver.version)).join(", ")
  const { semanticVersion, ...named } = driver
  const invocations = parts.flatMap((part) => part.invocations)
  const cut = all.length - results.length
  return {
    ...first,
    tool: {
      driver: {
        ...named,
        fullName: `${driver.name} ${versions}`,
        version: versions,
        ...(semanticVersion === versions && { semanticVersion }),
        rules,
      },
    },
    invocations: [
      {
        executionSuccessful:
          missing.length === 0 && invocations.every((one) => one.executionSuccessful),
        toolExecutionNotifications: uniqueNotes([
          ...invocations.flatMap((one) => one.toolExecutionNotifications),
          ...missing.map((text) => ({ level: "error" as const, message: { text } })),
          ...(cut > 0 ? [{ level: "warning" as const, message: { text: cutNote(cut) } }] : []),
        ]),
      },
    ],
    results: results.map((result) => ({ ...result, ruleIndex: position.get(result.ruleId) ?? 0 })),
  }
}

/** One finding once, with everything that concerns it. The worst come first. */
function joinResults(results: readonly SarifResult[]): SarifResult[] {
  const byPlace = new Map<string, SarifResult>()
  for (const result of results) {
    const { ruleId, locations, partialFingerprints, properties } = result
    const key = JSON.stringify([ruleId, locations, partialFingerprints, properties.package ?? ""])
    const known = byPlace.get(key)
    byPlace.set(key, known === undefined ? result : joinTwo(known, result))
  }
  return [...byPlace.values()].sort(compareResults)
}

function joinTwo(one: SarifResult, other: SarifResult): SarifResult {
  const both = (name: "services" | "detectedBy" | "ids") =>
    sortedUnique([...one.properties[name], ...other.properties[name]])
  const [worse] = [one, other].sort(compareResults)
  return {
    ...(worse ?? one),
    properties: {
      ...(worse ?? one).properties,
      services: both("services"),
      detectedBy: both("detectedBy"),
      ids: both("ids"),
    },
  }
}

/** As `compareFindings` orders what they were made of. */
function compareResults(one: SarifResult, other: SarifResult): number {
  const [here, there] = [one.locations[0], other.locations[0]].map((at) => at.physicalLocation)
  const rank = ({ properties }: SarifResult) => severityRank(properties.severity as Severity)
  return (
    rank(other) - rank(one) ||
    compareText(here?.artifactLocation.uri ?? "", there?.artifactLocation.uri ?? "") ||
    (here?.region.startLine ?? 0) - (there?.region.startLine ?? 0) ||
    (here?.region.startColumn ?? 0) - (there?.region.startColumn ?? 0) ||
    compareText(one.ruleId, other.ruleId) ||
    compareText(one.properties.package ?? "", other.properties.package ?? "") ||
    compareText(JSON.stringify(one), JSON.stringify(other))
  )
}

/** Each rule once, with the worst severity that a part gave it. */
function joinRules(rules: readonly SarifRule[]): SarifRule[] {
  const score = (rule: SarifRule) => Number(rule.properties["security-severity"] ?? 0)
  const worst = new Map<string, SarifRule>()
  for (const rule of rules) {
    const known = worst.get(rule.id)
    if (known === undefined || score(rule) > score(known)) worst.set(rule.id, rule)
  }
  return [...worst.values()].sort((one, other) => compareText(one.id, other.id))
}

function uniqueNotes(notes: readonly Notification[]): Notification[] {
  return [...new Map(notes.map((note) => [`${note.level} ${note.message.text}`, note])).values()]
}
