import type { Container, File } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import { hasImage } from "../config/index.js"
import type { BaseDigest } from "../images/labels.js"
import { originLabels } from "../images/labels.js"
import type { Destination } from "../images/reference.js"
import { imageFaults } from "../images/policy.js"
import { destination } from "../images/reference.js"
import type { Row } from "../run/rows.js"
import { row } from "../run/rows.js"
import { baseDigests, standInBases } from "./base-images.js"
import { builtImage, builtVariants } from "./build.js"
import { attachDocuments, canAttach, DocumentError, makeDocuments } from "./documents.js"
import { pushArchive, reproducibleArchive } from "./image-archive.js"
import { describeImage } from "./image-facts.js"
import { STAND_IN_LABEL } from "./images.js"
import { platformsOf } from "./platforms.js"
import { lookUp, publish } from "./registry.js"
import type { Answer } from "./registry.js"
import type { Release } from "./release.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { standardBase } from "./standard-image.js"
import type { Workspace } from "./workspace.js"

/**
 * Pushes the image under the id of its commit, once: a tag that is there is never overwritten.
 */
export const push: StageDefinition = {
  async run(context) {
    const { workspace, service, release } = context
    if (release === undefined) throw new Error("nobody asked for a push")
    if (!hasImage(service))
      return row(service.name, "push", "skipped", { reason: "no image was built" })
    const place = destination(release.registry, service.name, release.origin.revision)
    if (place === undefined) throw new Error(`${service.name} has no place in ${release.registry}`)
    const standIns = await standInBases(workspace, service)
    const refusal = standInRefusal(standIns, release)
    if (refusal !== undefined) return failed(service, refusal)
    const bases = await baseDigests(workspace, service)
    const built = await builtVariants(context)
    if (built.length > 1 && !canAttach(release)) return failed(service, indexRefusal(release))
    const images = built.map((image) => {
      const named = labelled(image, service, release, bases)
      // A label of the base itself is lost where a last stage only copies from it.
      return standIns.length > 0 ? named.withLabel(STAND_IN_LABEL, standIns.join(", ")) : named
    })
    return pushOnce(context, release, { place, bases, ...(await parcel(context, release, images)) })
  },
  debug: builtImage,
}

/** What is pushed. */
interface Parcel {
  /** As OCI has it. */
  archive: File
  send(place: Destination): Promise<Answer>
}

/** What is pushed, and where to. */
interface Delivery extends Parcel {
  place: Destination
  bases: BaseDigest[]
}

/**
 * The engine pushes what it built. It notes its own clock in a standard image, though, and puts the
 * platforms of an index in another order each time: these are written anew, and pushed by a step.
 */
async function parcel(
  { workspace, service }: ServiceRun,
  release: Release,
  images: Container[],
): Promise<Parcel> {
  const [image, ...others] = images as [Container, ...Container[]]
  const isStandard = service.dockerfile === undefined && canAttach(release)
  if (!isStandard && others.length === 0)
    return {
      archive: image.asTarball(),
      send: ({ reference }) => publish(image, reference, release.login),
    }
  const archive = await reproducibleArchive(
    images,
    isStandard ? { created: release.origin.created, base: standardBase(service) } : undefined,
  )
  return { archive, send: (place) => pushArchive(archive, place, workspace.config, release) }
}

async function pushOnce(
  context: ServiceRun,
  release: Release,
  { place, bases, archive, send }: Delivery,
): Promise<Row> {
  const { workspace, service } = context
  const facts = await describeImage(archive, service, workspace.run.secrets ?? new Map())
  const [fault, ...more] = imageFaults(facts, service.build.maxSize)
  if (fault !== undefined) return failed(service, fault, more)
  const { digest } = facts
  const [platform] = await platformsOf(service)
  const there = await lookUp(place.reference, release.login, platform)
  if ("kind" in there && there.kind !== "absent") return unanswered(service, there)
  if ("digest" in there && there.digest !== digest)
    return failed(
      service,
      `${place.reference} is ${there.digest} already, and this build is ${digest}; a tag is never overwritten`,
      [
        "Something outside the commit differs between the two builds, such as a time or what was downloaded.",
        "next: keep what is there, or commit a change: it gets a tag of its own",
      ],
    )
  const isThere = "digest" in there
  const subject = { repository: place.repository, digest }
  const attaches = canAttach(release)
  // Before the push: no image is there whose documents can't be made.
  const documents = attaches
    ? await makeDocuments(context, release, subject, bases).catch(asDocumentError)
    : undefined
  if (documents instanceof DocumentError)
    return row(service.name, "push", "error", {
      ...{ cached: false, reason: documents.message, tail: documents.tail },
      reproduce: pushCommand(service),
    })
  if (!isThere) {
    const pushed = await send(place)
    if ("kind" in pushed) return unanswered(service, pushed)
    if (pushed.digest !== digest)
      throw new Error(`${place.reference}: pushed ${pushed.digest}, but ${digest} was built`)
  }
  const name = `${isThere ? "already pushed" : "pushed"}: ${place.reference}@${digest}`
  const sbom =
    documents &&
    (await attachDocuments(context, release, subject, documents).catch(asDocumentError))
  if (sbom instanceof DocumentError)
    return row(service.name, "push", "error", {
      ...{ cached: false, reason: `its documents could not be attached: ${sbom.message}` },
      ...{ notes: [name], tail: sbom.tail, reproduce: pushCommand(service) },
    })
  return row(service.name, "push", "passed", {
    cached: false,
    notes: [name, ...(attaches ? [attachedNote(workspace, release, platform, service)] : [])],
    warnings: [
      ...(attaches ? [] : [unreachable(service, release)]),
      ...(await moveTags(send, service, release)),
    ],
    image: {
      service: service.name,
      repository: place.repository,
      tag: place.tag,
      digest,
      bases,
      sbom: sbom ?? null,
    },
  })
}

function asDocumentError(error: unknown): DocumentError {
  if (error instanceof DocumentError) return error
  throw error
}

function attachedNote(
  { config }: Workspace,
  { signing }: Release,
  platform = "",
  { build }: Service,
): string {
  const of = build.platforms.length > 1 ? ` of ${platform}` : ""
  const bills = config.build.sbom ? `bills of materials${of} and ` : ""
  return `attached: ${bills}provenance${signing ? ", signed with the key" : ""}`
}

function unreachable({ dockerfile }: Service, { registry, signing }: Release): string {
  const [host] = registry.split("/")
  const digest = dockerfile === undefined ? ", and the digest is of this engine alone" : ""
  return `nothing was attached${signing ? " or signed" : ""}${digest}: steps reach a registry on this machine only with --registry-endpoint=tcp://${host}`
}

/** Labels come last: they change with every commit, and no layer with them. */
function labelled(
  image: Container,
  { name }: Service,
  { origin }: Release,
  bases: BaseDigest[],
): Container {
  let result = image
  for (const [label, value] of originLabels(name, origin, bases))
    result = result.withLabel(label, value)
  return result
}

/** @returns what went wrong; a repository may allow no tag that moves, and the image is pushed all the same */
async function moveTags(
  send: Parcel["send"],
  { name }: Service,
  { registry, movingTags }: Release,
): Promise<string[]> {
  const warnings: string[] = []
  for (const tag of movingTags) {
    const place = destination(registry, name, tag)
    if (place === undefined) {
      warnings.push(`${tag} can't be a tag`)
      continue
    }
    const answer = await send(place)
    if ("kind" in answer) warnings.push(`the tag ${tag} was not moved: ${answer.reason}`)
  }
  return warnings
}

/** What was built on a stand-in holds other bytes than its Dockerfile says: it doesn't leave the machine, and nobody vouches for it. */
function standInRefusal(
  standIns: string[],
  { registry, isLoopback, signing }: Release,
): string | undefined {
  if (standIns.length === 0) return undefined
  const built = `built on stand-ins for ${standIns.join(", ")}`
  const next = "build it where their registry can be reached"
  if (!isLoopback) return `${built}, so it is not pushed to ${registry}; ${next}`
  if (signing === undefined) return undefined
  return `${built}, so it is not signed; ${next}, or push it without --signing-key`
}

function indexRefusal({ registry }: Release): string {
  const [host] = registry.split("/")
  return `an index of several platforms (build.platforms) is pushed by a step, and steps reach a registry on this machine only with --registry-endpoint=tcp://${host}`
}

function unanswered(service: Service, answer: Exclude<Answer, { digest: string }>): Row {
  return row(service.name, "push", answer.kind === "unavailable" ? "error" : "failed", {
    cached: false,
    reason: answer.reason,
    reproduce: pushCommand(service),
  })
}

function failed(service: Service, reason: string, tail: string[] = []): Row {
  return row(service.name, "push", "failed", {
    cached: false,
    reason,
    tail,
    reproduce: pushCommand(service),
  })
}

function pushCommand({ name }: Service): string {
  return `dagger call ci --service=${name} --push`
}
