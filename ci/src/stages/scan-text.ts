import type { Plan } from "../changes/plan.js"
import { formatScan } from "../report/scan.js"
import { selectionLines } from "../report/selection.js"
import { unchangedServices } from "../run/unchanged.js"
import type { Checkout } from "./detect.js"
import { finish } from "./finish.js"
import type { RunInputs } from "./open-workspace.js"
import type { Beside } from "./scan-beside.js"
import { lookBeside } from "./scan-beside.js"
import { scan } from "./scan.js"

/** What to look at. */
interface ScanChoice {
  /** The services to look at; absent: the whole repository. */
  plan?: Plan
  /** Only these tools. Empty: those of pipeline.yaml. */
  tools: readonly string[]
  beside: Beside
}

/** Scans, and ends with the text and the exit code of the verdict. */
export async function scanText(
  inputs: RunInputs,
  checkout: Pick<Checkout, "gitFolder">,
  { plan, tools, beside }: ScanChoice,
): Promise<string> {
  const { config, run } = inputs
  const selected = new Set(plan?.services.map(({ name }) => name))
  const lines = plan ? [...selectionLines(plan), ""] : []
  if (plan && selected.size === 0 && !beside.history)
    return [...lines, "PASSED: no service to look at"].join("\n")
  const services = plan && config.services.filter(({ name }) => selected.has(name))
  const choice = { tools, ...(services && { services }) }
  const look = lookBeside(inputs, checkout, beside, choice)
  const { assessment, cached } = await scan({
    ...{ ...inputs, ...choice, beside: look },
    unchanged: plan ? unchangedServices(config, plan) : [],
  })
  const policy = { scan: config.scan, services: config.services, today: assessment.today }
  const seconds = (Date.now() - run.started.getTime()) / 1000
  const text = `${formatScan(assessment, policy, cached)} in ${seconds.toFixed(1)} s`
  return finish([...lines, text].join("\n"), assessment.verdict.exitCode)
}
