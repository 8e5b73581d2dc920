import type { Plan } from "../changes/plan.js"
import { formatScan } from "../report/scan.js"
import { selectionLines } from "../report/selection.js"
import { finish } from "./finish.js"
import type { ScanRequest } from "./scan.js"
import { scan } from "./scan.js"

/** Scans, and ends with the text and the exit code of the verdict. */
export async function scanText({
  plan,
  ...request
}: Omit<ScanRequest, "services"> & { plan?: Plan }): Promise<string> {
  const { config, run } = request
  const selected = new Set(plan?.services.map(({ name }) => name))
  const lines = plan ? [...selectionLines(plan), ""] : []
  if (plan && selected.size === 0) return [...lines, "PASSED: no service to look at"].join("\n")
  const services = plan && config.services.filter(({ name }) => selected.has(name))
  const { assessment, cached } = await scan({ ...request, ...(services && { services }) })
  const policy = { scan: config.scan, services: config.services, today: assessment.today }
  const seconds = (Date.now() - run.started.getTime()) / 1000
  const text = `${formatScan(assessment, policy, cached)} in ${seconds.toFixed(1)} s`
  return finish([...lines, text].join("\n"), assessment.verdict.exitCode)
}
