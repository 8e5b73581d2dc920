import { dag, Container } from "@dagger.io/dagger"
import type { HttpHealth, Service } from "../config/index.js"
import { row } from "../run/rows.js"
import { builtImage } from "./build.js"
import { IMAGES } from "./images.js"
import { backingServers } from "./needs.js"
import { serviceServer } from "./service-server.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { stepRow } from "./stage.js"
import { beforeStep, runStep } from "./step.js"
import type { Server } from "./supervise.js"
import { besideServers, withServerChecks } from "./supervise.js"

/** The name under which the started service is reached. */
const HOST = "service"

const ASK_SECONDS = 15

/** Starts the image as it would be deployed, and asks for its health. */
export const smoke: StageDefinition = {
  async run(context) {
    const { workspace, service } = context
    if (!service.health)
      return row(service.name, "smoke", "skipped", { reason: "no health in services.json" })
    if (service.dockerfile === undefined)
      return row(service.name, "smoke", "skipped", { reason: "no image was built" })
    const { container, servers } = await smokeContainer(context)
    const step = { command: smokeCommand(service), timeout: smokeSeconds(service) }
    const result = await runStep(container, withServerChecks(step, servers), workspace.run)
    const failure = result.stopped
      ? `the health command took longer than ${step.timeout} s`
      : (result.tail.at(-1) ?? "no answer")
    return stepRow(service, "smoke", result, result.exitCode === 0 ? "" : failure)
  },
  async debug(context) {
    const { container } = await smokeContainer(context)
    return beforeStep(container).withEnvVariable("PIPELINE_STEP", smokeCommand(context.service))
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
  if (service.health?.kind !== "http")
    return { container: await besideServers(image, needs), servers: needs }
  const server = await serviceServer(image, service, { host: HOST, owner, beside: needs })
  // Backing services first: without its database, a service's own failure is no news.
  const servers = [...needs, server]
  const container = await besideServers(dag.container().from(IMAGES.tools), servers)
  return { container, servers }
}

function smokeSeconds({ health }: Service): number {
  return health?.kind === "command" ? health.timeout : ASK_SECONDS
}

function smokeCommand({ health }: Service): string {
  if (health?.kind === "command") return health.command
  return `node -e '${askHealth(health as HttpHealth)}'`
}

/** Asks once from another container: the service itself said already that it is healthy. */
function askHealth({ port, path }: HttpHealth): string {
  const url = JSON.stringify(`http://${HOST}:${port}${path}`).replaceAll("'", "%27")
  return `
    const url = ${url}
    fetch(url, { redirect: "manual" }).then(
      async (response) => {
        const body = response.ok ? "" : (await response.text()).slice(0, 500)
        console.log(url, "answered", response.status, body)
        process.exitCode = response.ok ? 0 : 1
      },
      (error) => {
        console.log(url, "did not answer:", error.cause?.code ?? error.message)
        process.exitCode = 1
      },
    )`
}
