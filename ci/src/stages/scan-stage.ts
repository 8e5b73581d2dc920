import { scanRow } from "../run/scan-row.js"
import { UsageError } from "../run/usage-error.js"
import type { StageDefinition } from "./stage.js"

/** What the security tools found in a service: each runs once over all services of the run. */
export const scanStage: StageDefinition = {
  async run({ workspace, service }) {
    return scanRow(service, await workspace.scan(), workspace.config.scan)
  },

  async debug({ service }) {
    throw new UsageError(
      `The step scan has no container of one service. \`dagger call scan --service=${service.name}\` runs it again, and --tool picks a tool`,
    )
  },
}
