import { scanRow } from "../run/scan-row.js"
import { row } from "../run/rows.js"
import type { Container } from "@dagger.io/dagger"
import { hasImage } from "../config/index.js"
import { builtImage, builtVariants } from "./build.js"
import { platformsOf } from "./platforms.js"
import { lookAtImage } from "./scan-beside.js"
import type { ImageScan } from "./scan-image.js"
import { imageScanContainer, scanImage, skipReason } from "./scan-image.js"
import { judgeBeside } from "./scan.js"
import type { StageDefinition } from "./stage.js"

/**
 * What is in a service's image, for each of its platforms: vulnerabilities, secrets, licences; and its bills of
 * materials. Of a service without an image, what is installed for it.
 */
export const imageScan: StageDefinition = {
  // To take a tool's network away needs rights that no other step has.
  privileged: true,

  async run(context) {
    const { workspace, service, release } = context
    const skipped = skipReason(service)
    if (skipped !== undefined)
      return row(service.name, "image-scan", "skipped", { reason: `scan.skip: ${skipped}` })
    const platforms = hasImage(service) ? await platformsOf(service) : []
    const images = platforms.length > 0 ? await builtVariants(context) : []
    // What leaves the machine is looked at as it leaves it.
    const layers = release !== undefined
    const scans = await Promise.all(
      platforms.length === 0
        ? [lookAtImage(workspace, service)]
        : platforms.map((platform, index) =>
            scanImage(images[index] as Container, service, workspace, { layers, platform }),
          ),
    )
    context.imageScans = scans
    const { scan } = workspace.config
    const result = scanRow(service, await judgeBeside(scans, workspace), scan, "image-scan")
    if (result.status !== "passed") return result
    return { ...result, notes: [...result.notes, ...notes(scans, scan)] }
  },

  async debug(context) {
    return imageScanContainer(await builtImage(context), context.service, context.workspace)
  },
}

/** What was looked at, and what was not. */
function notes(
  scans: readonly ImageScan[],
  { trivyDatabase }: { trivyDatabase?: string },
): string[] {
  const known =
    trivyDatabase === undefined
      ? ["vulnerabilities not looked up: scan.trivy_database names none"]
      : []
  const looked = scans.map(({ report: { about, coverage } }) => {
    return `${about}: ${coverage.packages} packages`
  })
  return [...looked, ...known]
}
