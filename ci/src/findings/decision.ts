import type { Suppression } from "../config/index.js"
import type { Finding } from "./finding.js"

/** Why a finding does not fail a run. */
export type Decision =
  /** Nothing speaks for it: it counts. */
  | { state: "open" }
  /** In the baseline: reported, but not new. */
  | { state: "known" }
  /** An entry of pipeline.yaml that holds today. */
  | { state: "suppressed"; by: Suppression }
  /** A comment in the source. */
  | { state: "inline"; comment: string; line: number }
  /** An OpenVEX statement. */
  | { state: "not-affected"; file: string; status: string; justification: string }

/** A finding with what was decided about it. */
export interface DecidedFinding extends Finding {
  decision: Decision
}

/** Whether a finding is to be seen by people: neither suppressed nor proven harmless. */
export function isReported({ decision }: DecidedFinding): boolean {
  return decision.state === "open" || decision.state === "known"
}

/** Why a finding does not count, in one line; empty when it does. */
export function decisionText(decision: Decision): string {
  switch (decision.state) {
    case "open":
      return ""
    case "known":
      return "in the baseline"
    case "suppressed": {
      const { reason, owner, expires } = decision.by
      return `suppressed until ${expires} by ${owner}: ${reason}`
    }
    case "inline":
      return `line ${decision.line}: ${decision.comment}`
    case "not-affected":
      return `${decision.file}: ${decision.status} ${decision.justification}`.trim()
  }
}
