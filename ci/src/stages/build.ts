import type { Platform } from "@dagger.io/dagger"
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
import { networkFailure } from "../languages/index.js"
import { archiveOf, describeImage } from "./image-facts.js"
import { IMAGES } from "./images.js"
import {
  cannotRun,
  checkBases,
  isForeignProgram,
  ownPlatform,
  PlatformError,
  platformsOf,
} from "./platforms.js"
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
    const variants: Container[] = []
    for (const platform of await platformsOf(service))
      try {
        variants.push(await (await serviceImage(workspace, service, platform)).sync())
      } catch (error) {
        return failedRow(workspace, service, error, platform)
      }
    context.variants = variants
    const [fault, ...more] = await limitFaults(workspace, service, variants)
    if (fault !== undefined)
      return row(service.name, "build", "failed", {
        cached: false,
        reason: fault,
        tail: more,
        reproduce: reproduceCommand(service.name, "build"),
      })
    return row(service.name, "build", "passed", {
      exitCode: 0,
      cached: (await Promise.all(variants.map((image) => wasCached(image, workspace)))).every(
        Boolean,
      ),
    })
  },

  /** The state just before the RUN that fails; the image itself when none does. */
  async debug({ workspace, service }) {
    const { image, failed } = await imageOrFailedRun(workspace, service)
    return beforeStep(image).withEnvVariable("PIPELINE_STEP", failed?.command ?? "true")
  },
}

/**
 * The image as its Dockerfile builds it, or the standard one of its language.
 *
 * @param platform one of `platformsOf`; absent: the first of them
 * @throws PlatformError when it can't be built for that platform
 */
export async function serviceImage(
  workspace: Workspace,
  service: Service,
  platform?: string,
): Promise<Container> {
  const [first = ""] = await platformsOf(service)
  const chosen = platform ?? first
  if (chosen !== (await ownPlatform())) await checkBases(workspace, service, chosen)
  if (service.dockerfile === undefined) return standardImage(workspace, service)
  return dockerBuild(workspace, await buildContext(workspace, service), service, chosen)
}

async function dockerBuild(
  { run }: Workspace,
  { context, dockerfile }: BuildContext,
  service: Service,
  platform: string,
): Promise<Container> {
  const { target, args } = service.build
  const isForeign = platform !== (await ownPlatform())
  // A Dockerfile knows a secret by the name it was set under.
  const secrets = await Promise.all(
    secretsOf(service, run.secrets ?? new Map()).map(async ({ name, secret }) =>
      dag.setSecret(name, await secret.plaintext()),
    ),
  )
  return context.dockerBuild({
    dockerfile,
    ...(isForeign && { platform: platform as Platform }),
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
  variants: Container[],
): Promise<string[]> {
  const { secrets, maxSize } = service.build
  if (secrets.length === 0 && maxSize === undefined) return []
  const facts = await describeImage(archiveOf(variants), service, run.secrets ?? new Map())
  return imageFaults(facts, maxSize)
}

/**
 * Whether the engine had this image already: a step on top of it that an earlier
 * run made can only be found again when nothing below it changed.
 */
async function wasCached(image: Container, { run }: Workspace): Promise<boolean> {
  const stamp = dag.container().from(IMAGES.tools).withMountedDirectory("/image", image.rootfs())
  return (await runStep(stamp, STAMP, run)).cached
}

async function failedRow(
  workspace: Workspace,
  service: Service,
  error: unknown,
  platform: string,
): Promise<Row> {
  if (error instanceof PlatformError) return platformRow(service, error)
  if (service.dockerfile === undefined) return standardFailure(service, error)
  const { reason, tail, exitCode, isCommand, process } = engineFailure(error)
  const failed = await findFailedRun(workspace, service, process)
  const place = failed ? `${service.dockerfile}:${failed.line}` : service.dockerfile
  if (failed !== undefined && platform !== (await ownPlatform())) {
    const before = await cutImage(workspace, service, failed.before, platform)
    if (await isForeignProgram(before))
      return platformRow(service, await cannotRun(workspace.config, service, platform, place))
  }
  const output = failed ? await outputOf(workspace, service, failed, platform) : tail
  const unreached = failed && networkFailure(output.join("\n"))
  return row(service.name, "build", isCommand && unreached === undefined ? "failed" : "error", {
    cached: false,
    reason: `${isCommand ? `${place}: ` : ""}${reason}${unreached ? `, without a network: ${unreached}` : ""}`,
    tail: output,
    exitCode,
    reproduce: reproduceCommand(service.name, "build"),
  })
}

function platformRow(service: Service, { message, next }: PlatformError): Row {
  return row(service.name, "build", "error", {
    ...{ cached: false, reason: message, tail: [`next: ${next}`] },
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
  platform: string,
): Promise<string[]> {
  try {
    const image = await cutImage(workspace, service, capturing, platform)
    const text = await image.file(CAPTURED_OUTPUT).contents()
    return text.trimEnd().split("\n").slice(-TAIL_LINES)
  } catch {
    return []
  }
}

/** The image of a Dockerfile's beginning. */
async function cutImage(
  workspace: Workspace,
  service: Service,
  text: string,
  platform: string,
): Promise<Container> {
  const { context, dockerfile } = await buildContext(workspace, service)
  const { target: _, ...build } = service.build
  return dockerBuild(
    workspace,
    { context: context.withNewFile(dockerfile, text), dockerfile },
    { ...service, build },
    platform,
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
    const [platform = ""] = await platformsOf(service)
    return { image: await cutImage(workspace, service, failed.before, platform), failed }
  }
}

/** The image of an earlier stage, or the same one built now: for a stage that is debugged alone. */
export async function builtImage({ variants, workspace, service }: ServiceRun): Promise<Container> {
  return variants?.[0] ?? serviceImage(workspace, service)
}

/** The same for every platform, with the image that `builtImage` gives first. */
export async function builtVariants(context: ServiceRun): Promise<Container[]> {
  const { variants, workspace, service } = context
  if (variants !== undefined) return variants
  const platforms = await platformsOf(service)
  return Promise.all(platforms.map((platform) => serviceImage(workspace, service, platform)))
}
