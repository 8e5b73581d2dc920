import { sortedUnique } from "./finding.js"

/**
 * Rules of different tools that say the same, so that one mistake is one finding.
 *
 * `file`: the tools point at different lines of a file for it, so that one finding a file is all
 * that can be compared. `line`: they point at the same line.
 */
interface Equivalence {
  id: string
  scope: "file" | "line"
  /** Each as `tool:rule`. */
  rules: readonly string[]
}

const EQUIVALENCES: readonly Equivalence[] = [
  {
    id: "dockerfile.root-user",
    scope: "file",
    rules: [
      "policy:root-user",
      "checkov:CKV_DOCKER_3",
      "checkov:CKV_DOCKER_8",
      "hadolint:DL3002",
      "trivy:DS-0002",
    ],
  },
  {
    id: "dockerfile.unpinned-base",
    scope: "line",
    rules: [
      "policy:unpinned-base",
      "hadolint:DL3006",
      "hadolint:DL3007",
      "checkov:CKV_DOCKER_7",
      "trivy:DS-0001",
    ],
  },
  {
    id: "dockerfile.no-healthcheck",
    scope: "file",
    rules: ["checkov:CKV_DOCKER_2", "trivy:DS-0026", "policy:no-healthcheck"],
  },
  {
    id: "dockerfile.secret-name",
    scope: "line",
    rules: ["policy:secret-name", "trivy:DS-0031", "hadolint:DL3064", "checkov:CKV_SECRET_6"],
  },
  {
    id: "dockerfile.add-url",
    scope: "line",
    rules: ["policy:add-url", "checkov:CKV_DOCKER_4", "hadolint:DL3020", "trivy:DS-0005"],
  },
  {
    id: "python.shell-command",
    scope: "line",
    rules: ["bandit:B602", "bandit:B604", "bandit:B605", "semgrep:python-injection-shell"],
  },
  {
    id: "python.eval",
    scope: "line",
    rules: ["bandit:B102", "bandit:B307", "semgrep:python-injection-eval"],
  },
  {
    id: "python.sql-text",
    scope: "line",
    rules: ["bandit:B608", "semgrep:python-injection-sql"],
  },
  {
    id: "python.unsafe-load",
    scope: "line",
    rules: [
      "bandit:B301",
      "bandit:B302",
      "bandit:B506",
      "semgrep:python-deserialise-pickle",
      "semgrep:python-deserialise-yaml",
    ],
  },
  {
    id: "python.tls-unverified",
    scope: "line",
    rules: ["bandit:B323", "bandit:B501", "bandit:B507", "semgrep:python-tls-unverified"],
  },
  {
    id: "python.tls-old",
    scope: "line",
    rules: ["bandit:B502", "bandit:B503", "bandit:B504", "semgrep:python-tls-old"],
  },
  {
    id: "python.archive-traversal",
    scope: "line",
    rules: ["bandit:B202", "semgrep:python-archive-traversal"],
  },
  {
    id: "python.unsafe-xml",
    scope: "line",
    rules: [
      "bandit:B313",
      "bandit:B314",
      "bandit:B317",
      "bandit:B318",
      "semgrep:python-deserialise-xml",
    ],
  },
  {
    id: "python.temporary-name",
    scope: "line",
    rules: ["bandit:B306", "semgrep:python-temporary-name"],
  },
  {
    id: "python.no-timeout",
    scope: "line",
    rules: ["bandit:B113", "semgrep:python-http-no-timeout"],
  },
  {
    id: "python.weak-hash",
    scope: "line",
    rules: ["bandit:B303", "bandit:B324", "semgrep:python-crypto-weak-hash"],
  },
  {
    id: "python.weak-cipher",
    scope: "line",
    rules: ["bandit:B304", "bandit:B305", "bandit:B505", "semgrep:python-crypto-weak-cipher"],
  },
  {
    id: "python.weak-random",
    scope: "line",
    rules: ["bandit:B311", "semgrep:python-crypto-weak-random"],
  },
  {
    id: "python.debug-server",
    scope: "line",
    rules: ["bandit:B201", "semgrep:python-debug-server"],
  },
]

const BY_RULE = new Map(
  EQUIVALENCES.flatMap((entry) => entry.rules.map((rule) => [rule, entry] as const)),
)

/** The names of a tool's rule: its own, and the one it shares with rules of other tools. */
export function ruleIds(tool: string, rule: string): string[] {
  const own = `${tool}:${rule}`
  const shared = BY_RULE.get(own)
  return sortedUnique(shared === undefined ? [own] : [own, shared.id])
}

/** The name that rules of several tools share, with how closely their places can be compared. */
export function sharedRule(
  tool: string,
  rule: string,
): Pick<Equivalence, "id" | "scope"> | undefined {
  return BY_RULE.get(`${tool}:${rule}`)
}
