/* One measurement: makes 100,000 results, and says how long the rest took and how much memory. */
import type { Finding } from "../../ci/src/findings/index.js"
import {
  assess,
  emptyReport,
  formatAudit,
  formatSummary,
  writeSarif,
} from "../../ci/src/findings/index.js"
import { parseConfig } from "../../ci/src/config/index.js"

const RESULTS = 100_000
const FILES = 2000
const LINES = 50

const text = Array.from({ length: LINES }, (_, line) => `call_${line}(value, shell=True)`).join(
  "\n",
)
const findings = Array.from({ length: RESULTS }, (_, index) => result(index))
const reports = ["bandit", "semgrep", "trivy"].map((tool) => ({
  ...emptyReport(tool, "1.0.0"),
  findings: findings.filter(({ detections }) => detections[0]?.tool === tool),
}))
const { config } = parseConfig({ services: { path: "services.json", text: "[]" } })
if (!config) throw new Error("an empty services.json must be right")

const started = performance.now()
const sources = (file: string) => (file.endsWith(".py") ? text : undefined)
const assessment = assess(reports, {
  scan: config.scan,
  services: [],
  today: "2026-11-23",
  sources,
  exists: () => true,
  vex: [],
  whole: true,
})
const size =
  writeSarif(assessment, sources).reduce((sum, file) => sum + file.text.length, 0) +
  formatAudit(assessment).length +
  formatSummary(assessment).length
const seconds = (performance.now() - started) / 1000
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(
  JSON.stringify({ findings: assessment.findings.length, seconds, megabytes, size }) + "\n",
)

/** Every third result is a vulnerability; half of the others are said by two tools. */
function result(index: number): Finding {
  const file = `services/s${index % 45}/f${index % FILES}.py`
  const shared = { severity: "high", severitySource: "tool", subject: "", services: [] } as const
  if (index % 3 === 2) {
    const name = `package-${index % 500}`
    return {
      ...shared,
      category: "vulnerability",
      ids: [`CVE-2026-${index % 3000}`, `GHSA-${index % 3000}`],
      detections: [{ tool: "trivy", rule: `CVE-2026-${index % 3000}` }],
      message: `${name} is vulnerable`,
      place: { file: `services/s${index % 45}/requirements-${index % 40}.txt` },
      package: { ecosystem: "pypi", name, version: `${index % 7}.0`, fixed: [] },
    }
  }
  const tool = index % 3 === 0 ? "bandit" : "semgrep"
  const rule = tool === "bandit" ? "B602" : "python-injection-shell"
  return {
    ...shared,
    category: "code",
    ids: [`${tool}:${rule}`, "python.shell-command"],
    detections: [{ tool, rule }],
    message: "A command goes through a shell",
    place: { file, line: (Math.floor(index / FILES) % LINES) + 1 },
  }
}
