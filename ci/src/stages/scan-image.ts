import type { File } from "@dagger.io/dagger"
import type { Config } from "../config/index.js"
import type { ToolReport } from "../findings/index.js"
import { incompleteReport, interpret, SBOMS, trivyImage } from "../scanners/index.js"
import { engineFailure } from "./engine-failure.js"
import { runTool } from "./scan-tool.js"
import type { RunContext } from "./step.js"

/** What a scan of an image came to. */
export interface ImageScan {
  report: ToolReport
  /** Bills of materials, as JSON; absent when the scan did not end. */
  sbom?: { cyclonedx: string; spdx: string }
  cached: boolean
}

/**
 * Looks at an image: known vulnerabilities, where `scan.trivy_database` names a database, secrets in
 * its layers, and the licences of what is installed. Makes its bills of materials as well.
 *
 * @param image of a container's `asTarball()`
 * @param service whose image it is
 */
export async function scanImage(
  image: File,
  service: string,
  { config, run }: { config: Config; run: RunContext },
): Promise<ImageScan> {
  const { timeout, trivyDatabase, licences } = config.scan
  const today = run.started.toISOString().slice(0, 10)
  const job = {
    files: [service],
    ...(trivyDatabase !== undefined && { database: trivyDatabase }),
  }
  try {
    const output = await runTool(trivyImage, image, job, { run, today, timeout })
    const read = interpret(trivyImage, output, job)
    const report = licences.allow.length > 0 ? withKnownLicences(read) : read
    const { [SBOMS.cyclonedx]: cyclonedx, [SBOMS["spdx-json"]]: spdx } = output.files
    return {
      report: {
        ...report,
        findings: report.findings.map((finding) => ({ ...finding, services: [service] })),
        licences: report.licences.map((entry) => ({ ...entry, services: [service] })),
      },
      ...(cyclonedx !== undefined && spdx !== undefined && { sbom: { cyclonedx, spdx } }),
      cached: output.cached,
    }
  } catch (error) {
    const { reason, tail } = engineFailure(error)
    const report = incompleteReport(trivyImage, `could not be run: ${reason}`, tail)
    return { report, cached: false }
  }
}

/** Packages, and not one licence: the tool did not look, whatever it says. */
function withKnownLicences(report: ToolReport): ToolReport {
  const { licences, problems } = report
  if (licences.length === 0 || licences.some(({ licence }) => licence !== "")) return report
  const problem = `found ${licences.length} packages, and a licence of none`
  return { ...report, status: "incomplete", problems: [...problems, problem] }
}
