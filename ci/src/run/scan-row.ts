import type { Assessment, Finding, Policy, ToolReport } from "../findings/index.js"
import {
  countLine,
  failureTest,
  groupFindings,
  groupLine,
  mainId,
  NO_FILE,
  notLookedAt,
  sortedUnique,
} from "../findings/index.js"
import type { RowPlace } from "./places.js"
import { MOST_PLACES } from "./places.js"
import type { Row } from "./rows.js"
import { row } from "./rows.js"

/** What a scan came to, and what each tool had looked at. */
export interface ScanResult {
  assessment: Assessment
  /** Tools whose findings were reused from an earlier run of the same files. */
  cached: readonly string[]
  /** Names of the services whose files each tool was given. */
  lookedAt: ReadonlyMap<string, ReadonlySet<string>>
  /** Names of the services that a file concerns. */
  servicesOf: (file: string) => string[]
}

/**
 * One service's part of a scan: what was found in its files or its image, by its own policy, and what
 * could not be looked at.
 */
export function scanRow(
  service: Policy["services"][number],
  { assessment, cached, lookedAt, servicesOf }: ScanResult,
  scan: Policy["scan"],
  stage: "scan" | "image-scan" = "scan",
): Row {
  const { name } = service
  const policy = { scan, services: [service], today: assessment.today }
  const fails = failureTest(policy)
  const own = assessment.findings
    .filter(({ services }) => services.includes(name))
    .map((finding) => ({ ...finding, services: [name] }))
  const failing = own.filter((one) => one.decision.state === "open" && fails(one))
  const tools = [...lookedAt].filter(([, names]) => names.has(name)).map(([tool]) => tool)
  const isConcerned = ({ tool, services, missed }: ToolReport) => {
    if (services) return services.includes(name)
    return missed === undefined
      ? tools.includes(tool) || !lookedAt.has(tool)
      : missed.some((file) => servicesOf(file).includes(name))
  }
  const broken = assessment.reports
    .map((report) => ({ report, problems: notLookedAt(report, policy) }))
    .filter(({ report, problems }) => problems.length > 0 && isConcerned(report))
  const unknown = broken.flatMap(({ problems }) => problems)
  const groups = groupFindings(failing).map(groupLine)
  const shared = { cached: tools.length > 0 && tools.every((tool) => cached.includes(tool)) }
  const reproduce = (names: string[]) =>
    `dagger call scan --service=${name} --tool=${sortedUnique(names).join(",")}${stage === "scan" ? "" : " --images"}`
  if (failing.length > 0)
    return row(name, stage, "failed", {
      ...shared,
      reason: `${failing.length} finding${failing.length === 1 ? "" : "s"} against the policy: ${groups.join("; ")}`,
      tail: groups,
      warnings: unknown,
      places: placesOf(failing),
      reproduce: reproduce(failing.flatMap(({ detections }) => detections.map(({ tool }) => tool))),
    })
  if (assessment.verdict.errors.length > 0)
    return row(name, stage, "error", { ...shared, reason: assessment.verdict.errors.join("; ") })
  if (broken.length > 0)
    return row(name, stage, "error", {
      ...shared,
      reason: `not everything was looked at: ${unknown.join("; ")}`,
      tail: broken.flatMap(({ report }) => report.tail),
      reproduce: reproduce(broken.map(({ report }) => report.tool)),
    })
  const skipped = assessment.reports.filter(isSkipped).map(({ tool }) => tool)
  const notes = [countLine(own), ...(skipped.length > 0 ? [`${skipped.join(", ")} skipped`] : [])]
  return row(name, stage, "passed", { ...shared, notes })
}

/** The lines that findings are in, each once. What is in git's history or in an image is in no line of the checkout. */
function placesOf(findings: readonly Finding[]): RowPlace[] {
  const places = new Map<string, RowPlace>()
  for (const finding of findings) {
    const { file, line = 1, commit } = finding.place
    const key = `${file}:${line}`
    if (commit !== undefined || places.has(key)) continue
    const message = `${finding.severity}: ${mainId(finding)}: ${finding.message}`
    places.set(key, { file, line, message })
  }
  return [...places.values()].slice(0, MOST_PLACES)
}

/** Left out on purpose; a tool that has nothing to look at is nothing to tell. */
function isSkipped({ status, problems }: ToolReport): boolean {
  return status === "skipped" && !problems.includes(NO_FILE)
}
