import type { Licences } from "../config/index.js"
import type { ToolReport } from "../findings/index.js"
import { hasLicencePolicy } from "../findings/index.js"
import { skippedReport } from "./interpret.js"
import { VERSIONS } from "./versions.js"

/**
 * What a scan says nothing about of images, where somebody could take its silence for "nothing found".
 *
 * @param scope images: whether it looks at images; selected: at how many services; all: how many there are
 */
export function leftOutReports(
  licences: Licences,
  { images, selected, all }: { images: boolean; selected: number; all: number },
): ToolReport[] {
  const trivy = (about: string, reason: string): ToolReport[] => [
    { ...skippedReport("trivy", VERSIONS.trivy, reason), about },
  ]
  if (!images)
    return hasLicencePolicy(licences)
      ? // A manifest names packages without them.
        trivy("licences", "scan.licences holds for what is installed, which --images looks at")
      : []
  // What is kept of earlier scans is what was found in files.
  const others = all - selected
  return others > 0
    ? trivy("other images", `what is in those of ${others} further services is not known here`)
    : []
}
