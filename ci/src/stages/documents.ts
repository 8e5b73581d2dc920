import { dag, Directory } from "@dagger.io/dagger"
import type { Documents, Subject } from "../images/attestations.js"
import { documentsOf } from "../images/attestations.js"
import { isLoopback } from "../images/reference.js"
import type { PushedImage } from "../run/rows.js"
import type { BaseDigest } from "../images/labels.js"
import { builtImage } from "./build.js"
import type { DeployAccess } from "./deploy.js"
import { askProgram, INPUT } from "./deploy.js"
import { engineFailure } from "./engine-failure.js"
import { platformsOf } from "./platforms.js"
import type { RegistryLogin } from "./registry.js"
import type { Release } from "./release.js"
import { scanImage } from "./scan-image.js"
import type { Signing } from "./sign.js"
import { signed } from "./sign.js"
import type { ServiceRun } from "./stage.js"

/** Why documents could not be made or attached, in one line, and the last lines of output. */
export class DocumentError extends Error {
  constructor(
    reason: string,
    readonly tail: string[] = [],
  ) {
    super(reason)
    this.name = "DocumentError"
  }
}

const LIST = "list.json"
const SBOM_FILE = "cyclonedx.json"

/** Whether a container can reach the registry: one on the host's own loopback only by its endpoint. */
export function canAttach({ registry, endpoint }: Pick<Release, "registry" | "endpoint">): boolean {
  return !isLoopback(registry) || endpoint !== undefined
}

/**
 * Makes what is said about an image: bills of materials, provenance, and with a key the signatures.
 *
 * @returns the documents and their list, as the program that attaches them wants it
 * @throws DocumentError
 */
export async function makeDocuments(
  context: ServiceRun,
  release: Release,
  subject: Subject,
  bases: BaseDigest[],
): Promise<Directory> {
  const { workspace, service } = context
  const { origin, signing } = release
  const sbom = workspace.config.build.sbom ? await sbomOf(context) : undefined
  const { plain, statements } = documentsOf(subject, sbom, {
    ...{ origin, bases, args: service.build.args, secrets: service.build.secrets },
    ...(service.dockerfile !== undefined && { dockerfile: service.dockerfile }),
    ...(service.build.target !== undefined && { target: service.build.target }),
    engine: await dag.version(),
    started: workspace.run.started.toISOString(),
    finished: new Date().toISOString(),
  })
  let files = dag.directory()
  for (const { attachment, text } of plain) files = files.withNewFile(attachment.file, text)
  const bundles = signing === undefined ? [] : await signatures(statements, signing)
  for (const { attachment, content } of bundles) files = files.withFile(attachment.file, content)
  const documents = [...plain, ...bundles].map(({ attachment }) => attachment)
  return files.withNewFile(LIST, JSON.stringify({ created: origin.created, documents }))
}

async function signatures(
  statements: Documents["statements"],
  signing: Signing,
): ReturnType<typeof signed> {
  try {
    return await signed(statements, signing)
  } catch (error) {
    const { reason, tail } = engineFailure(error)
    throw new DocumentError(`the image could not be signed: ${tail.at(-1) ?? reason}`, tail)
  }
}

async function sbomOf(context: ServiceRun): Promise<{ cyclonedx: string; spdx: string }> {
  const { workspace, service } = context
  // Made already when the image was scanned. Of several platforms, the first one's.
  const [made] = context.imageScans ?? []
  if (made?.sbom !== undefined) return made.sbom
  const [image, [platform = ""]] = await Promise.all([builtImage(context), platformsOf(service)])
  const { sbom, report } = await scanImage(image, service, workspace, { layers: true, platform })
  if (sbom !== undefined) return sbom
  throw new DocumentError(
    `its bill of materials could not be made (build.sbom: false in pipeline.yaml does without): ${report.problems[0] ?? "trivy wrote none"}`,
    report.tail,
  )
}

/**
 * Attaches documents to an image that was pushed; those that are there stay.
 *
 * @returns digest of the bill of materials; null when there is none
 * @throws DocumentError
 */
export async function attachDocuments(
  { workspace }: ServiceRun,
  release: Release,
  { repository, digest }: Subject,
  files: Directory,
): Promise<PushedImage["sbom"]> {
  const options = { image: `${repository}@${digest}`, list: `${INPUT}/${LIST}` }
  try {
    const text = await askProgram(workspace.config, "attach", options, accessOf(release), files)
    const attached = JSON.parse(text) as { file: string; digest: string }[]
    return attached.find(({ file }) => file === SBOM_FILE)?.digest ?? null
  } catch (error) {
    const { reason, tail } = engineFailure(error)
    throw new DocumentError(reason, tail)
  }
}

/** How the program reaches a registry. */
export function accessOf({
  registry,
  login,
  endpoint,
}: {
  registry: string
  login?: RegistryLogin | undefined
  endpoint?: Release["endpoint"] | undefined
}): DeployAccess {
  return {
    registry,
    registryUser: login?.user,
    registryPassword: login?.password,
    registryEndpoint: endpoint,
  }
}

/** What an attached document says of itself. */
export interface Descriptor {
  artifactType?: string
  digest: string
  annotations?: Record<string, string>
}
