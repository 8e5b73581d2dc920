import type { Finding, Severity } from "./finding.js"
import { severityRank } from "./finding.js"

/** Raised whenever a rule below gets another severity, so that an audit file says which was used. */
export const SEVERITY_MAP_VERSION = 1

/**
 * Severities for rules of tools that give none, as `tool:rule`; `tool:*` for all others of a tool.
 *
 * critical: whoever reaches the service runs code or holds a credential. high: one more step is
 * needed. medium: a layer of defence is missing. low: tidiness. info: a matter of taste.
 */
const BY_RULE: Readonly<Record<string, Severity>> = {
  "gitleaks:*": "high",
  "gitleaks:private-key": "critical",
  "gitleaks:aws-access-token": "critical",
  "gitleaks:gcp-api-key": "critical",
  "gitleaks:github-pat": "critical",
  "gitleaks:github-fine-grained-pat": "critical",
  "gitleaks:slack-bot-token": "critical",
  "gitleaks:stripe-access-token": "critical",
  "trufflehog:*": "high",
  "trufflehog:AWS": "critical",
  "trufflehog:Github": "critical",
  "trufflehog:PrivateKey": "critical",

  "checkov:*": "medium",
  "checkov:CKV_DOCKER_1": "medium",
  "checkov:CKV_DOCKER_2": "low",
  "checkov:CKV_DOCKER_3": "high",
  "checkov:CKV_DOCKER_4": "medium",
  "checkov:CKV_DOCKER_5": "low",
  "checkov:CKV_DOCKER_6": "info",
  "checkov:CKV_DOCKER_7": "medium",
  "checkov:CKV_DOCKER_8": "high",
  "checkov:CKV_DOCKER_9": "low",
  "checkov:CKV_DOCKER_10": "low",
  "checkov:CKV_DOCKER_11": "low",
  "checkov:CKV2_DOCKER_1": "medium",
  "checkov:CKV2_DOCKER_2": "high",
  "checkov:CKV2_DOCKER_3": "high",
  "checkov:CKV2_DOCKER_4": "high",
  "checkov:CKV_GHA_1": "high",
  "checkov:CKV_GHA_2": "high",
  "checkov:CKV_GHA_7": "low",
  "checkov:CKV2_GHA_1": "medium",
  "checkov:CKV_K8S_16": "high",
  "checkov:CKV_K8S_17": "high",
  "checkov:CKV_K8S_18": "high",
  "checkov:CKV_K8S_19": "high",
  "checkov:CKV_K8S_20": "high",
  "checkov:CKV_K8S_23": "high",
  "checkov:CKV_K8S_27": "high",
  "checkov:CKV_K8S_8": "low",
  "checkov:CKV_K8S_9": "low",

  "hadolint:DL3002": "high",
  "hadolint:DL3004": "high",
  "hadolint:DL3006": "medium",
  "hadolint:DL3007": "medium",
  "hadolint:DL3026": "medium",
  "hadolint:DL3064": "high",
  "hadolint:DL4006": "low",

  "policy:root-user": "high",
  "policy:secret-name": "high",
  "policy:unpinned-base": "low",
  "policy:add-url": "medium",
  "policy:outside-context": "low",
  "policy:unknown-target": "medium",
  "policy:unknown-stage": "medium",
  "policy:image-name": "medium",
}

/** How grave a rule of a tool is by our table; undefined when it says nothing. */
export function mappedSeverity(tool: string, rule: string): Severity | undefined {
  return BY_RULE[`${tool}:${rule}`] ?? BY_RULE[`${tool}:*`]
}

/** Words of tools for severities, in small letters. */
const WORDS: Readonly<Record<string, Severity>> = {
  critical: "critical",
  high: "high",
  error: "high",
  important: "high",
  medium: "medium",
  moderate: "medium",
  warning: "medium",
  low: "low",
  minor: "low",
  note: "low",
  info: "info",
  style: "info",
  negligible: "info",
  none: "info",
}

/** A tool's word for a severity in ours; undefined when it has none or an unknown one. */
export function readSeverity(word: unknown): Severity | undefined {
  return typeof word === "string" ? WORDS[word.toLowerCase()] : undefined
}

/** The severity of a CVSS score, by the bounds that GitHub shows. */
export function severityOfScore(score: number): Severity {
  if (!(score >= 0 && score <= 10)) return "unknown"
  if (score >= 9) return "critical"
  if (score >= 7) return "high"
  if (score >= 4) return "medium"
  return score > 0 ? "low" : "info"
}

/** A score in the middle of a severity's bounds, for readers that only sort by score. */
export function scoreOfSeverity(severity: Severity): number {
  return [5, 0, 2, 5.5, 8, 9.5][severityRank(severity)] ?? 5
}

/**
 * Decides a severity: our table first, since it is what the repository agreed on; then the tool's
 * word.
 */
export function decideSeverity(
  tool: string,
  rule: string,
  word: Severity | undefined,
): Pick<Finding, "severity" | "severitySource"> {
  const mapped = mappedSeverity(tool, rule)
  if (mapped !== undefined && (word === undefined || `${tool}:${rule}` in BY_RULE))
    return { severity: mapped, severitySource: "map" }
  if (word === undefined || word === "unknown")
    return { severity: "unknown", severitySource: "none" }
  return { severity: word, severitySource: "tool" }
}
