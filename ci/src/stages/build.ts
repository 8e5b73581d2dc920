import { dag, Container, Directory } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import type { Row } from "../run/rows.js"
import { row } from "../run/rows.js"
import { engineFailure } from "./engine-failure.js"
import { IMAGES } from "./images.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { reproduceCommand } from "./stage.js"
import { beforeStep, runStep } from "./step.js"
import type { Workspace } from "./workspace.js"

/** Name of a Dockerfile that lies outside its build context, inside it. */
const OUTSIDE_DOCKERFILE = ".pipeline.Dockerfile"
const STAMP = { command: "true", timeout: 60 }

/** The service's image, from its Dockerfile, cached layer by layer. */
export const build: StageDefinition = {
  async run(context) {
    const { workspace, service } = context
    if (service.dockerfile === undefined)
      return row(service.name, "build", "skipped", { reason: "no dockerfile in services.json" })
    const image = serviceImage(workspace, service)
    try {
      await image.sync()
    } catch (error) {
      return failedRow(service, error)
    }
    context.image = image
    return row(service.name, "build", "passed", {
      exitCode: 0,
      cached: await wasCached(image, workspace),
    })
  },

  async debug({ workspace, service }) {
    const { context, dockerfile } = buildContext(workspace, service)
    return beforeStep(
      dag.container().from(IMAGES.tools).withWorkdir("/context").withDirectory(".", context),
    ).withEnvVariable("PIPELINE_STEP", `cat ${dockerfile}`)
  },
}

/** The image as its Dockerfile builds it. */
export function serviceImage(workspace: Workspace, service: Service): Container {
  const { context, dockerfile } = buildContext(workspace, service)
  return context.dockerBuild({
    dockerfile,
    ...(service.build.target !== undefined && { target: service.build.target }),
    buildArgs: Object.entries(service.build.args).map(([name, value]) => ({ name, value })),
  })
}

/**
 * What the Dockerfile can see. With the repository as context, only what the
 * service declares is in it: an edit elsewhere changes no layer of this service,
 * and a COPY of something undeclared fails instead of going unnoticed.
 */
function buildContext(
  { content }: Workspace,
  service: Service,
): { context: Directory; dockerfile: string } {
  const dockerfile = service.dockerfile as string
  const files = content.of(service)
  if (service.build.context === "repository" || service.path === ".")
    return { context: files, dockerfile }
  const context = files.directory(service.path)
  const prefix = `${service.path}/`
  if (dockerfile.startsWith(prefix)) return { context, dockerfile: dockerfile.slice(prefix.length) }
  return {
    context: context.withFile(OUTSIDE_DOCKERFILE, files.file(dockerfile)),
    dockerfile: OUTSIDE_DOCKERFILE,
  }
}

/**
 * Whether the engine had this image already: a step on top of it that an earlier
 * run made can only be found again when nothing below it changed.
 */
async function wasCached(image: Container, { run }: Workspace): Promise<boolean> {
  const stamp = dag.container().from(IMAGES.tools).withMountedDirectory("/image", image.rootfs())
  return (await runStep(stamp, STAMP, run)).cached
}

function failedRow(service: Service, error: unknown): Row {
  const { reason, tail, exitCode, isCommand } = engineFailure(error)
  return row(service.name, "build", isCommand ? "failed" : "error", {
    cached: false,
    reason: isCommand ? `${service.dockerfile}: ${reason}` : reason,
    tail,
    exitCode,
    reproduce: reproduceCommand(service.name, "build"),
  })
}

/** The image of an earlier stage, or the same one built now: for a stage that is debugged alone. */
export function builtImage({ image, workspace, service }: ServiceRun): Container {
  return image ?? serviceImage(workspace, service)
}
