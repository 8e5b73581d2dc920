/**
 * A run, complete: what reports are made of, for as long as an engine keeps it. No Dagger in here.
 */

import type { Plan } from "../changes/plan.js"
import type { ChangeConfig, Unit } from "../changes/units.js"
import type { Assessment, Finding, Policy } from "../findings/index.js"
import { decisionText, failureTest } from "../findings/index.js"
import type { PushedImage, RunRecord, Stage } from "./rows.js"
import type { TestCase } from "./test-report.js"

/** What is kept of a run beside what its last event says. */
export interface FullRecord extends RunRecord {
  /** What was called, such as "ci --changed". */
  command: string
  /** Full id of the commit that was checked out; empty where that can't be known. */
  commit: string
  /** Version of the Dagger engine; empty when it is not known. */
  engine: string
  /** What the files of a service, its libraries and its inputs were, as a digest, by its name. */
  inputs: Record<string, string>
  /** What was selected, and every reason for it. Null when the run ended before that was known. */
  plan: Plan | null
  /** The configured services, libraries and integration tests, for the picture of who needs whom. */
  units: RecordedUnit[]
  machine: { cores: number; memoryMegabytes: number; jobs: number }
  tests: RecordedTests[]
  /** What security scans found, whatever policy says of it. */
  findings: RecordedFinding[]
  /** Images that this run pushed. */
  images: PushedImage[]
  /** Why this is not everything, such as "the engine was lost"; empty when it is. */
  incomplete: string
}

export interface RecordedUnit {
  name: string
  kind: "service" | "library" | "integration"
  path: string
  dependsOn: string[]
}

/** The tests that one stage of one service ran, by name where their tool says. */
export interface RecordedTests {
  service: string
  stage: Stage
  cases: TestCase[]
}

export interface RecordedFinding extends Finding {
  /** Whether it made the run fail. */
  fails: boolean
  /** Why it doesn't count, such as "suppressed: ..., until 2026-12-31"; empty when it does. */
  accepted: string
}

/** Everything that is configured, for a record. */
export function recordedUnits({
  services,
  libraries,
  integration = [],
}: ChangeConfig): RecordedUnit[] {
  const recorded = (kind: RecordedUnit["kind"]) => (unit: Unit) => ({
    name: unit.name,
    kind,
    path: unit.path,
    dependsOn: [...unit.dependsOn],
  })
  return [
    ...services.map(recorded("service")),
    ...libraries.map(recorded("library")),
    ...integration.map(recorded("integration")),
  ]
}

/** What a scan found, for a record. */
export function recordedFindings(
  { findings, today, carried }: Assessment,
  policy: Omit<Policy, "today">,
): RecordedFinding[] {
  const fails = failureTest({ ...policy, today, carried })
  return findings.map(({ decision, ...finding }) => ({
    ...finding,
    fails: decision.state === "open" && fails(finding),
    accepted: decisionText(decision),
  }))
}
