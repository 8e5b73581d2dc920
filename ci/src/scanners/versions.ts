/**
 * The versions of all tools, in one place. What Python tools bring along is locked with hashes in
 * `ci/scanners/<tool>.txt`; the Go checksum database vouches for Go tools.
 */
export const VERSIONS = {
  bandit: "1.9.4",
  checkov: "3.3.30",
  gitleaks: "8.30.1",
  hadolint: "2.15.1",
  "pip-audit": "2.10.1",
  semgrep: "1.182.0",
  trivy: "0.74.0",
  trufflehog: "3.97.0",
} as const

export type PinnedTool = keyof typeof VERSIONS

/** Versions that must never run, with the reason. */
const REFUSED: Readonly<Record<string, string>> = {
  "trivy 0.69.4": "its release was replaced by malware (CVE-2026-33634)",
  "trivy 0.69.5": "its release was replaced by malware (CVE-2026-33634)",
  "trivy 0.69.6": "its release was replaced by malware (CVE-2026-33634)",
}

/** Why a version of a tool must not run; undefined when it may. */
export function refusal(tool: string, version: string): string | undefined {
  const bare = version.replace(/^v/, "")
  const reason = REFUSED[`${tool} ${bare}`]
  return reason && `${tool} ${bare} is refused: ${reason}`
}
