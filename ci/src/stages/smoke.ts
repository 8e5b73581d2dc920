import { dag, Container } from "@dagger.io/dagger"
import type { Health } from "../config/index.js"
import { hasImage } from "../config/index.js"
import { row } from "../run/rows.js"
import { builtImage } from "./build.js"
import { IMAGES } from "./images.js"
import { backingServers } from "./needs.js"
import { foreignReason } from "./platforms.js"
import { probeOf, serviceServer } from "./service-server.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { stepRow } from "./stage.js"
import { beforeStep, runStep } from "./step.js"
import type { Server } from "./supervise.js"
import { besideServers, examineCommand, withServerChecks } from "./supervise.js"

/** The name under which the started service is reached. */
const HOST = "service"

/** What asking takes at most, beside the time that the service has to end. */
const ASK_SECONDS = 15

/** Starts the image as it would be deployed, asks for its health, and ends it. */
export const smoke: StageDefinition = {
  async run(context) {
    const { workspace, service } = context
    const { health } = service
    if (!health)
      return row(service.name, "smoke", "skipped", { reason: "no health in services.json" })
    if (!hasImage(service))
      return row(service.name, "smoke", "skipped", { reason: "no image was built" })
    const foreign = await foreignReason(service)
    if (foreign !== undefined) return row(service.name, "smoke", "skipped", { reason: foreign })
    const { container, servers } = await smokeContainer(context)
    const step = { command: smokeCommand(health), timeout: health.grace + ASK_SECONDS }
    const result = await runStep(container, withServerChecks(step, servers), workspace.run)
    const failure = result.tail.at(-1) ?? "no answer"
    return stepRow(service, "smoke", result, result.exitCode === 0 ? "" : failure)
  },
  async debug(context) {
    const { container } = await smokeContainer(context)
    const { health } = context.service
    return beforeStep(container).withEnvVariable(
      "PIPELINE_STEP",
      health ? smokeCommand(health) : "true",
    )
  },
}

/** The container that asks, with the servers that are started beside it. */
async function smokeContainer(
  context: ServiceRun,
): Promise<{ container: Container; servers: Server[] }> {
  const { workspace, service } = context
  const owner = `${service.name}/smoke`
  const needs = await backingServers(workspace, service.needs, owner)
  const image = await builtImage(context)
  if (!service.health) return { container: await besideServers(image, needs), servers: needs }
  const start = { host: HOST, owner, beside: needs, examined: true }
  const server = await serviceServer(image, service, start)
  // Backing services first: without its database, a service's own failure is no news.
  const servers = [...needs, server]
  const container = await besideServers(dag.container().from(IMAGES.tools), servers)
  return { container, servers }
}

function smokeCommand(health: Health): string {
  return examineCommand({ host: HOST, ready: probeOf(health), allowRoot: health.allowRoot })
}
