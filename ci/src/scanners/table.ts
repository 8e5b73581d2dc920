import { bandit } from "./bandit.js"
import { checkov } from "./checkov.js"
import { gitleaks } from "./gitleaks.js"
import { hadolint } from "./hadolint.js"
import { pipAudit } from "./pip-audit.js"
import type { Scanner } from "./scanner.js"
import { semgrep } from "./semgrep.js"
import { trivy } from "./trivy.js"
import { trufflehog } from "./trufflehog.js"
import type { PinnedTool } from "./versions.js"

/** Every tool that runs in a container, by name. */
export const SCANNERS: Record<PinnedTool, Scanner> = {
  bandit,
  checkov,
  gitleaks,
  hadolint,
  "pip-audit": pipAudit,
  semgrep,
  trivy,
  trufflehog,
}

/** Why a tool does not run unless somebody makes it possible. */
export const UNAVAILABLE: Readonly<Record<string, string>> = {
  safety: "needs an account: its database is not open; pip-audit asks an open one",
}
