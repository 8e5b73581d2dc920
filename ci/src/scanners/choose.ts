import type { Scan } from "../config/index.js"
import type { ToolReport } from "../findings/index.js"
import { UsageError } from "../run/usage-error.js"
import { skippedReport } from "./interpret.js"
import type { Scanner } from "./scanner.js"
import { SCANNERS, UNAVAILABLE } from "./table.js"
import { VERSIONS } from "./versions.js"

/** What a scan consists of. */
export interface ChosenTools {
  run: Scanner[]
  /** Whether our own checks are among them. */
  policy: boolean
  /** Reports of those that are left out on purpose. */
  skipped: ToolReport[]
}

/** Tools that build for minutes when they are first needed: only where they are asked for. */
const ON_REQUEST = ["trivy", "trufflehog"]

/** Whether a tool is left out of the default set; a database for trivy is there to be used. */
function isOnRequest(name: string, { trivyDatabase }: Scan): boolean {
  return ON_REQUEST.includes(name) && !(name === "trivy" && trivyDatabase !== undefined)
}

/**
 * Decides which tools run.
 *
 * Without a network, a tool that needs one is left out of the default set and says so. Where
 * somebody named it, leaving it out would be silence.
 *
 * @param named on the command line; empty: those of pipeline.yaml, or the default set
 * @throws UsageError for a tool that does not exist, or that can't work without a network
 */
export function chooseTools(scan: Scan, named: readonly string[]): ChosenTools {
  const known = ["policy", ...Object.keys(SCANNERS), ...Object.keys(UNAVAILABLE)]
  const unknown = named.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new UsageError(
      `--tool=${unknown}: there is no such tool. The tools are ${known.join(", ")}`,
    )
  const asked = named.length > 0 ? [...named] : scan.tools
  const names =
    asked ?? ["policy", ...Object.keys(SCANNERS)].filter((name) => !isOnRequest(name, scan))
  const chosen: ChosenTools = { run: [], policy: names.includes("policy"), skipped: [] }
  for (const name of names) {
    const reason = UNAVAILABLE[name]
    if (reason !== undefined) chosen.skipped.push(skippedReport(name, "", reason))
    const scanner = SCANNERS[name as keyof typeof SCANNERS]
    if (!scanner) continue
    const missing = scan.offline ? scanner.missingOffline?.(scan) : undefined
    if (missing === undefined) chosen.run.push(scanner)
    else if (asked) throw new UsageError(`scan.offline is set, and ${name} ${missing}`)
    else
      chosen.skipped.push(skippedReport(name, VERSIONS[scanner.name], `scan.offline: ${missing}`))
  }
  return chosen
}
