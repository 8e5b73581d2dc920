import { scanRow } from "../run/scan-row.js"
import { row } from "../run/rows.js"
import { builtImage } from "./build.js"
import { imageScanContainer, scanImage, skipReason } from "./scan-image.js"
import { judgeBeside } from "./scan.js"
import type { StageDefinition } from "./stage.js"

/** What is in a service's image: vulnerabilities, secrets, licences; and its bills of materials. */
export const imageScan: StageDefinition = {
  // To take a tool's network away needs rights that no other step has.
  privileged: true,

  async run(context) {
    const { workspace, service, release } = context
    const skipped = skipReason(service)
    if (skipped !== undefined)
      return row(service.name, "image-scan", "skipped", { reason: `scan.skip: ${skipped}` })
    const image = await builtImage(context)
    // What leaves the machine is looked at as it leaves it.
    const scanned = await scanImage(image, service, workspace, { layers: release !== undefined })
    context.imageScan = scanned
    const { scan } = workspace.config
    const result = scanRow(service, await judgeBeside([scanned], workspace), scan, "image-scan")
    if (result.status !== "passed") return result
    return { ...result, notes: [...result.notes, ...notes(scanned.report.coverage.packages, scan)] }
  },

  async debug(context) {
    return imageScanContainer(await builtImage(context), context.service, context.workspace)
  },
}

/** What was looked at, and what was not. */
function notes(packages: number, { trivyDatabase }: { trivyDatabase?: string }): string[] {
  const known =
    trivyDatabase === undefined
      ? ["vulnerabilities not looked up: scan.trivy_database names none"]
      : []
  return [`${packages} packages`, ...known]
}
