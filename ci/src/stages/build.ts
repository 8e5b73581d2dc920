import { dag, Container, Directory } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import { hasImage } from "../config/index.js"
import type { FailedRun, ReplacedImages } from "../dockerfile/index.js"
import { CAPTURED_OUTPUT, failedRun, parse, replaceImages } from "../dockerfile/index.js"
import type { Row } from "../run/rows.js"
import { row } from "../run/rows.js"
import { dependencyFailure } from "./dependencies.js"
import { engineFailure } from "./engine-failure.js"
import { imageFaults } from "../images/policy.js"
import { describeImage } from "./image-facts.js"
import { IMAGES } from "./images.js"
import { secretsOf } from "./secrets.js"
import { standardImage } from "./standard-image.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { reproduceCommand } from "./stage.js"
import { beforeStep, runStep } from "./step.js"
import type { Workspace } from "./workspace.js"

/** Name of a Dockerfile that lies outside its build context, inside it. */
const OUTSIDE_DOCKERFILE = ".pipeline.Dockerfile"
const TAIL_LINES = 200
const STAMP = { command: "true", timeout: 60 }

/** The service's image, from its Dockerfile, cached layer by layer. */
export const build: StageDefinition = {
  async run(context) {
    const { workspace, service } = context
    if (!hasImage(service))
      return row(service.name, "build", "skipped", {
        reason: "no dockerfile in services.json, and no build.command for the standard image",
      })
    let image: Container
    try {
      image = await (await serviceImage(workspace, service)).sync()
    } catch (error) {
      return failedRow(workspace, service, error)
    }
    context.image = image
    const [fault, ...more] = await limitFaults(workspace, service, image)
    if (fault !== undefined)
      return row(service.name, "build", "failed", {
        cached: false,
        reason: fault,
        tail: more,
        reproduce: reproduceCommand(service.name, "build"),
      })
    return row(service.name, "build", "passed", {
      exitCode: 0,
      cached: await wasCached(image, workspace),
    })
  },

  /** The state just before the RUN that fails; the image itself when none does. */
  async debug({ workspace, service }) {
    const { image, failed } = await imageOrFailedRun(workspace, service)
    return beforeStep(image).withEnvVariable("PIPELINE_STEP", failed?.command ?? "true")
  },
}

/** The image as its Dockerfile builds it, or the standard one of its language. */
export async function serviceImage(workspace: Workspace, service: Service): Promise<Container> {
  if (service.dockerfile === undefined) return standardImage(workspace, service)
  return dockerBuild(workspace, await buildContext(workspace, service), service)
}

async function dockerBuild(
  { run }: Workspace,
  { context, dockerfile }: BuildContext,
  service: Service,
): Promise<Container> {
  const { target, args } = service.build
  // A Dockerfile knows a secret by the name it was set under.
  const secrets = await Promise.all(
    secretsOf(service, run.secrets ?? new Map()).map(async ({ name, secret }) =>
      dag.setSecret(name, await secret.plaintext()),
    ),
  )
  return context.dockerBuild({
    dockerfile,
    ...(secrets.length > 0 && { secrets }),
    ...(target !== undefined && { target }),
    buildArgs: Object.entries(args).map(([name, value]) => ({ name, value })),
  })
}

/** What a build reads: a folder, and the Dockerfile in it. */
interface BuildContext {
  context: Directory
  dockerfile: string
}

/** What the Dockerfile can see, and the Dockerfile with the images that pipeline.yaml wants. */
async function buildContext(workspace: Workspace, service: Service): Promise<BuildContext> {
  const { context, dockerfile } = visibleFiles(workspace, service)
  const { text, replaced } = await pinnedDockerfile(workspace, service)
  if (replaced.length === 0) return { context, dockerfile }
  return { context: context.withNewFile(dockerfile, text), dockerfile }
}

async function pinnedDockerfile(
  { repository, images }: Workspace,
  service: Service,
): Promise<ReplacedImages> {
  const text = await repository.read(service.dockerfile as string)
  const { args, target } = service.build
  const model = parse(text, service.dockerfile as string)
  const result = replaceImages(
    text,
    model,
    { args, ...(target !== undefined && { target }) },
    (reference) => images.use(reference),
  )
  const [missed] = result.missed
  if (missed)
    throw new Error(
      `${model.path}:${missed.line}: the pinned image can't be put in the place of ${missed.reference}; write the name without variables`,
    )
  return result
}

/**
 * With the repository as context, only what the service declares is in it: an
 * edit elsewhere changes no layer of this service, and a COPY of something
 * undeclared fails instead of going unnoticed.
 */
function visibleFiles({ content, files }: Workspace, service: Service): BuildContext {
  const dockerfile = service.dockerfile as string
  const all = content.of(service)
  if (service.build.context === "repository" || service.path === ".")
    return { context: all, dockerfile }
  const context = all.directory(service.path)
  const prefix = `${service.path}/`
  if (dockerfile.startsWith(prefix)) return { context, dockerfile: dockerfile.slice(prefix.length) }
  const moved = context.withFile(OUTSIDE_DOCKERFILE, all.file(dockerfile))
  const ignore = `${dockerfile}.dockerignore`
  return {
    context: files.includes(ignore)
      ? moved.withFile(`${OUTSIDE_DOCKERFILE}.dockerignore`, all.file(ignore))
      : moved,
    dockerfile: OUTSIDE_DOCKERFILE,
  }
}

/** What is against the limits that a service has; looking into an image takes seconds, so only where it has some. */
async function limitFaults(
  { run }: Workspace,
  service: Service,
  image: Container,
): Promise<string[]> {
  const { secrets, maxSize } = service.build
  if (secrets.length === 0 && maxSize === undefined) return []
  return imageFaults(await describeImage(image, service, run.secrets ?? new Map()), maxSize)
}

/**
 * Whether the engine had this image already: a step on top of it that an earlier
 * run made can only be found again when nothing below it changed.
 */
async function wasCached(image: Container, { run }: Workspace): Promise<boolean> {
  const stamp = dag.container().from(IMAGES.tools).withMountedDirectory("/image", image.rootfs())
  return (await runStep(stamp, STAMP, run)).cached
}

async function failedRow(workspace: Workspace, service: Service, error: unknown): Promise<Row> {
  if (service.dockerfile === undefined) return standardFailure(service, error)
  const { reason, tail, exitCode, isCommand, process } = engineFailure(error)
  const failed = await findFailedRun(workspace, service, process)
  const place = failed ? `${service.dockerfile}:${failed.line}` : service.dockerfile
  return row(service.name, "build", isCommand ? "failed" : "error", {
    cached: false,
    reason: isCommand ? `${place}: ${reason}` : reason,
    tail: failed ? await outputOf(workspace, service, failed) : tail,
    exitCode,
    reproduce: reproduceCommand(service.name, "build"),
  })
}

function standardFailure(service: Service, error: unknown): Row {
  const reproduce = reproduceCommand(service.name, "build")
  const installation = dependencyFailure(error, undefined)
  if (installation !== undefined) {
    const { status, ...rest } = installation
    return row(service.name, "build", status, { cached: false, ...rest, reproduce })
  }
  const { reason, tail, exitCode, isCommand } = engineFailure(error)
  const said = tail.filter((line) => line.trim() !== "").at(-1)
  return row(service.name, "build", isCommand ? "failed" : "error", {
    ...{ cached: false, tail, exitCode, reproduce },
    reason: `the standard image: ${said ?? reason}`,
  })
}

async function findFailedRun(
  workspace: Workspace,
  service: Service,
  process: string | undefined,
): Promise<FailedRun | undefined> {
  if (process === undefined) return undefined
  const { text } = await pinnedDockerfile(workspace, service)
  return failedRun(text, parse(text, service.dockerfile as string), process)
}

/** What a failed RUN printed. Nothing when it can't be had: the row is worth more than its output. */
async function outputOf(
  workspace: Workspace,
  service: Service,
  { capturing }: FailedRun,
): Promise<string[]> {
  try {
    const image = await cutImage(workspace, service, capturing)
    const text = await image.file(CAPTURED_OUTPUT).contents()
    return text.trimEnd().split("\n").slice(-TAIL_LINES)
  } catch {
    return []
  }
}

/** The image of a Dockerfile's beginning. */
async function cutImage(workspace: Workspace, service: Service, text: string): Promise<Container> {
  const { context, dockerfile } = await buildContext(workspace, service)
  const { target: _, ...build } = service.build
  return dockerBuild(
    workspace,
    { context: context.withNewFile(dockerfile, text), dockerfile },
    { ...service, build },
  )
}

async function imageOrFailedRun(
  workspace: Workspace,
  service: Service,
): Promise<{ image: Container; failed?: FailedRun }> {
  try {
    return { image: await (await serviceImage(workspace, service)).sync() }
  } catch (error) {
    const failed =
      service.dockerfile === undefined
        ? undefined
        : await findFailedRun(workspace, service, engineFailure(error).process)
    if (failed === undefined) throw error
    return { image: await cutImage(workspace, service, failed.before), failed }
  }
}

/** The image of an earlier stage, or the same one built now: for a stage that is debugged alone. */
export async function builtImage({ image, workspace, service }: ServiceRun): Promise<Container> {
  return image ?? serviceImage(workspace, service)
}
