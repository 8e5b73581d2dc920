import { scanRow } from "../run/scan-row.js"
import { scanContainer } from "./scan.js"
import type { StageDefinition } from "./stage.js"

/** What the security tools found in a service: each runs once over all services of the run. */
export const scanStage: StageDefinition = {
  // To take a tool's network away needs rights that no other step has.
  privileged: true,

  async run({ workspace, service }) {
    return scanRow(service, await workspace.scan(), workspace.config.scan)
  },

  async debug({ workspace, service, tool }) {
    return scanContainer(workspace, service, tool)
  },
}
