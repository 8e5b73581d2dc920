import { hasImage } from "../config/index.js"
import { scanRow } from "../run/scan-row.js"
import { scanContainer } from "./scan.js"
import type { StageDefinition } from "./stage.js"
import { isImageScanned } from "./units.js"

/** What the security tools found in a service: each runs once over all services of the run. */
export const scanStage: StageDefinition = {
  // To take a tool's network away needs rights that no other step has.
  privileged: true,

  async run({ workspace, service, release }) {
    const { config } = workspace
    const result = scanRow(service, await workspace.scan(), config.scan)
    if (isImageScanned(config, service, { push: release !== undefined })) return result
    const what = hasImage(service) ? "its image" : "what is installed for it"
    return { ...result, notes: [...result.notes, `${what} is not looked at`] }
  },

  async debug({ workspace, service, tool }) {
    return scanContainer(workspace, service, tool)
  },
}
