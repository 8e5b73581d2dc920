import { dag, Container } from "@dagger.io/dagger"
import type { HttpHealth, Service } from "../config/index.js"
import type { Row } from "../run/rows.js"
import { row } from "../run/rows.js"
import { builtImage } from "./build.js"
import { engineFailure } from "./engine-failure.js"
import { IMAGES } from "./images.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { reproduceCommand, stepRow } from "./stage.js"
import { beforeStep, runStep } from "./step.js"
import { withNeeds } from "./workspace.js"

/** The name under which the started service is reached. */
const HOST = "service"

/** Seconds that a container may take to open its port, beyond the time its health has. */
const START_MARGIN_SECONDS = 15

/** Starts the image as it would be deployed, and asks for its health. */
export const smoke: StageDefinition = {
  async run(context) {
    const { workspace, service } = context
    const { health } = service
    if (!health)
      return row(service.name, "smoke", "skipped", { reason: "no health in services.json" })
    if (service.dockerfile === undefined)
      return row(service.name, "smoke", "skipped", { reason: "no image was built" })
    const step = { command: smokeCommand(service), timeout: health.timeout + START_MARGIN_SECONDS }
    try {
      const deadline = (health.timeout + 2 * START_MARGIN_SECONDS) * 1000
      const result = await withDeadline(
        runStep(await smokeContainer(context), step, workspace.run),
        deadline,
      )
      return stepRow(
        service,
        "smoke",
        result,
        result.exitCode === 0 ? "" : (result.tail.at(-1) ?? "no answer"),
      )
    } catch (error) {
      return notStarted(service, error)
    }
  },
  debug: async (context) =>
    beforeStep(await smokeContainer(context)).withEnvVariable(
      "PIPELINE_STEP",
      smokeCommand(context.service),
    ),
}

/** The container that asks, with the service started beside it. */
async function smokeContainer(context: ServiceRun): Promise<Container> {
  const { workspace, service } = context
  const image = withNeeds(await builtImage(context), workspace, service, "smoke")
  if (service.health?.kind !== "http") return image
  const server = image.withExposedPort(service.health.port).asService({ useEntrypoint: true })
  return dag.container().from(IMAGES.tools).withServiceBinding(HOST, server)
}

function smokeCommand({ health }: Service): string {
  if (health?.kind === "command") return health.command
  return `node -e '${askHealth(health as HttpHealth)}'`
}

/** A program that asks until it gets a 2xx answer or the time is up; its last line is the verdict. */
function askHealth({ port, path, timeout }: HttpHealth): string {
  const url = JSON.stringify(`http://${HOST}:${port}${path}`).replaceAll("'", "%27")
  return `
const url = ${url}, deadline = Date.now() + ${timeout * 1000}
const ask = async () => {
  let last
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000), redirect: "manual" })
      if (response.ok) return console.log(url, "answered", response.status)
      last = "answered " + response.status + ": " + (await response.text()).slice(0, 500)
    } catch (error) { last = "did not answer: " + (error.cause?.code ?? error.message) }
    if (Date.now() > deadline) { console.log(url, last, "for ${timeout} s"); process.exit(1) }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
ask()`
}

/** The engine waits for a service's port as long as the service runs; we don't. */
async function withDeadline<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`its port was not open after ${milliseconds / 1000} s`)),
      milliseconds,
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function notStarted(service: Service, error: unknown): Row {
  const { reason, tail, exitCode, isCommand } = engineFailure(error)
  return row(service.name, "smoke", isCommand ? "failed" : "error", {
    cached: false,
    reason: `the container did not start: ${reason}`,
    tail,
    exitCode,
    reproduce: reproduceCommand(service.name, "smoke"),
  })
}
