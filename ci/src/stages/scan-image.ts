import { join } from "node:path/posix"
import type { Container, Platform } from "@dagger.io/dagger"
import { dag } from "@dagger.io/dagger"
import type { Config, Service } from "../config/index.js"
import { hasImage, normalisePlatform } from "../config/index.js"
import { lazily } from "../changes/lazily.js"
import { parseImageReference } from "../dockerfile/index.js"
import type { Finding, Place, ToolReport } from "../findings/index.js"
import {
  formatPlace,
  hasLicencePolicy,
  nameSbom,
  sbomProblems,
  sortedUnique,
  unlicensedProblems,
} from "../findings/index.js"
import { LANGUAGE_SUPPORT } from "../languages/index.js"
import { deepDependencies } from "../run/dependencies.js"
import type { Scanner } from "../scanners/index.js"
import {
  incompleteReport,
  interpret,
  SBOMS,
  skippedReport,
  trivyImage,
  trivyImageFiles,
  VERSIONS,
} from "../scanners/index.js"
import type { BaseImages } from "./base-images.js"
import { basesOf } from "./base-images.js"
import { engineFailure } from "./engine-failure.js"
import { ownPlatform, platformsOf } from "./platforms.js"
import { beforeTool, runTool } from "./scan-tool.js"
import type { BesideReport } from "./scan.js"
import type { RunContext } from "./step.js"
import { isImageScanned } from "./units.js"
import type { Workspace } from "./workspace.js"

/** What a scan of an image came to; without bills of materials when it did not end. */
export type ImageScan = BesideReport

type ScanContext = Pick<Workspace, "config" | "run" | "repository">

/**
 * Looks at a service's image: known vulnerabilities, where `scan.trivy_database` names a database,
 * secrets, and the licences of what is installed. Makes its bills of materials as well.
 *
 * @param platform that the image is for
 * @param layers also what only an earlier layer or the history holds: for an image that leaves the
 *   machine, since it takes a copy of the image
 */
export async function scanImage(
  image: Container,
  service: Service,
  context: ScanContext,
  { layers, platform }: { layers: boolean; platform: string },
): Promise<ImageScan> {
  const subject = subjectOf(service, context, platform)
  return layers
    ? lookAt(trivyImage, () => image.asTarball(), subject, context)
    : lookAt(trivyImageFiles, () => image.rootfs(), subject, context)
}

/**
 * Looks at what is installed for a service that has no image, in the same way. Nothing of it leaves the
 * machine, so it has no bill of materials.
 */
export async function scanEnvironment(
  environment: Container,
  service: Service,
  context: ScanContext,
): Promise<ImageScan> {
  const files = () => environment.rootfs()
  const { report, cached } = await lookAt(
    trivyImageFiles,
    files,
    subjectOf(service, context),
    context,
  )
  return { report, cached }
}

/**
 * What is looked at of a service: its image, or what is installed for it. An image says for which platform
 * it is where services.json names some.
 */
export function aboutOf(service: Service, platform?: string): string {
  if (!hasImage(service)) return `environment of ${service.name}`
  const what = `image of ${service.name}`
  return service.build.platforms.length === 0 || platform === undefined
    ? what
    : `${what} for ${platform}`
}

/** Files that say what is installed, where no Dockerfile does. */
const MANIFESTS = ["requirements.txt", "pyproject.toml", "package.json", "go.mod"]

function subjectOf(
  service: Service,
  { config, repository }: Pick<Workspace, "config" | "repository">,
  platform?: string,
): Subject {
  const { name, dockerfile, path, build } = service
  const manifest = MANIFESTS.map((file) => join(path, file)).find((file) => repository.has(file))
  // A place is a file that people and GitHub can open.
  const file = dockerfile ?? manifest ?? "services.json"
  const isOneOfMany = build.platforms.length > 1 && platform !== undefined
  return {
    name: isOneOfMany ? `${name} (${platform})` : name,
    sbomFile: isOneOfMany ? `${name}/${platform.replaceAll("/", "-")}` : name,
    about: aboutOf(service, platform),
    services: [name],
    place: { file },
    shipsPackages: async () => {
      const libraries = deepDependencies(config, name).map((library) => library.path)
      const project = { service, libraries, files: repository }
      return (await LANGUAGE_SUPPORT[service.language].dependencies(project)).shipsPackages
    },
  }
}

/** The container just before trivy looks at the files of a service's image. */
export function imageScanContainer(
  image: Container,
  service: Service,
  { config, run }: Pick<ScanContext, "config" | "run">,
): Container {
  const job = jobOf(service.name, config)
  return beforeTool(trivyImageFiles, image.rootfs(), job, dayOf(run))
}

/**
 * Looks at every image that the services' images are built on, once each, before anything is built on
 * it. Without a vulnerability database there is nothing to learn of them.
 */
export async function scanBaseImages(
  workspace: Pick<Workspace, "config" | "run" | "repository" | "images">,
  services: readonly Service[],
): Promise<ImageScan[]> {
  const { config, images } = workspace
  const bases = await basesBehind(workspace, services)
  if (bases.length === 0) return []
  if (config.scan.trivyDatabase === undefined) {
    const reason = "scan.trivy_database names no database to look them up in"
    const report = skippedReport("trivy", VERSIONS.trivy, reason)
    return [{ report: { ...report, about: "base images" }, cached: false }]
  }
  return Promise.all(
    bases.map(async (base) => {
      const files = () => baseFiles(images, base)
      // Of a base nobody needs a bill of materials: all of it is in those of the images.
      const { report, cached } = await lookAt(trivyImageFiles, files, base, workspace)
      return { report, cached }
    }),
  )
}

/** The images that services of a run are built on, where there is something to look up. */
export function lookAtBases(
  workspace: Pick<Workspace, "config" | "run" | "repository" | "images">,
  services: readonly Service[],
): Promise<BesideReport[]> {
  const { config } = workspace
  const built = services.filter((service) => isImageScanned(config, service, { push: false }))
  if (built.length === 0 || config.scan.trivyDatabase === undefined) return Promise.resolve([])
  return scanBaseImages(workspace, built)
}

function baseFiles(images: BaseImages, { reference, platform }: Base) {
  return dag
    .container({ platform: platform as Platform })
    .from(images.use(reference))
    .rootfs()
}

/** What an image is called, whom it concerns, and the line of the repository that it comes from. */
interface Subject {
  name: string
  about: string
  services: string[]
  place: Place
  /** Where its bills of materials are kept; absent: it has none. */
  sbomFile?: string
  /** Whether there are packages to be found in it, as far as that is known. */
  shipsPackages?: () => Promise<boolean | undefined>
}

/** An image that others are built on. */
interface Base extends Subject {
  reference: string
  platform: string
}

/** The images that services are built on, each once for each platform, with the first line that names it. */
async function basesBehind(
  { config, repository }: Pick<Workspace, "config" | "repository">,
  services: readonly Service[],
): Promise<Base[]> {
  const found = new Map<string, Base>()
  const own = await ownPlatform()
  // Finding the places of all entries takes a while.
  const origins = lazily(() => config.origins)
  for (const service of services) {
    const { name, dockerfile } = service
    if (skipReason(service) !== undefined) continue
    for (const platform of await platformsOf(service))
      for (const base of await basesOf(service, repository, { platform, buildPlatform: own })) {
        const { reference } = base
        const needed = normalisePlatform(base.platform ?? platform)
        const shown = parseImageReference(reference)?.familiar ?? reference
        const label = needed === own ? shown : `${shown} for ${needed}`
        const known = found.get(label)
        if (known) {
          known.services = sortedUnique([...known.services, name])
          continue
        }
        found.set(label, {
          ...{ name: label, about: `base image ${label}`, services: [name] },
          ...{ reference, platform: needed },
          place:
            dockerfile !== undefined && base.line !== undefined
              ? { file: dockerfile, line: base.line }
              : languagePlace(config, origins(), service),
        })
      }
  }
  return [...found.values()]
}

/** Where services.json decides what a standard image is built on. */
function languagePlace(
  { services, files }: Config,
  origins: Config["origins"],
  { name }: Service,
): Place {
  const entry = `services[${services.findIndex((service) => service.name === name)}]`
  const origin = origins[`${entry}.language_version`] ?? origins[`${entry}.language`]
  return origin === undefined ? { file: files.services } : { file: origin.file, line: origin.line }
}

/** Why a service's image is not looked at; undefined when it is. */
export function skipReason({ scan }: Service): string | undefined {
  return scan.skip.find(({ tool }) => tool === "trivy")?.reason
}

async function lookAt(
  scanner: Scanner,
  input: () => ReturnType<Container["asTarball"]> | ReturnType<Container["rootfs"]>,
  subject: Subject,
  { config, run }: { config: Config; run: RunContext },
): Promise<ImageScan> {
  const { timeout, licences } = config.scan
  const job = jobOf(subject.name, config)
  try {
    const output = await runTool(scanner, input(), job, { run, today: dayOf(run), timeout })
    const read = interpret(scanner, output, job)
    const { [SBOMS.cyclonedx]: cyclonedx, [SBOMS["spdx-json"]]: spdx } = output.files
    const sbom =
      cyclonedx === undefined || spdx === undefined
        ? undefined
        : nameSbom({ cyclonedx, spdx }, subject.name, read)
    const { sbomFile: file } = subject
    const problems = [
      ...(sbom === undefined ? [] : sbomProblems(sbom, read.coverage.packages)),
      ...(hasLicencePolicy(licences)
        ? unlicensedProblems(read.licences, await subject.shipsPackages?.())
        : []),
    ]
    return {
      report: concerning(withProblems(read, problems), subject),
      ...(sbom !== undefined &&
        file !== undefined &&
        read.status === "complete" && { sbom: { ...sbom, file } }),
      cached: output.cached,
    }
  } catch (error) {
    const { reason, tail } = engineFailure(error)
    const report = incompleteReport(scanner, `could not be run: ${reason}`, tail)
    return { report: concerning(report, subject), cached: false }
  }
}

function jobOf(name: string, { scan: { trivyDatabase } }: Config) {
  return { files: [name], ...(trivyDatabase !== undefined && { database: trivyDatabase }) }
}

/** YYYY-MM-DD */
function dayOf({ started }: RunContext): string {
  return started.toISOString().slice(0, 10)
}

function withProblems(report: ToolReport, problems: string[]): ToolReport {
  if (problems.length === 0) return report
  return { ...report, status: "incomplete", problems: [...report.problems, ...problems] }
}

/**
 * A report on an image says where in the image something is. What people and GitHub can open is the
 * Dockerfile; where in the image it is becomes part of what the finding is about.
 */
function concerning(report: ToolReport, { about, services, place }: Subject): ToolReport {
  return {
    ...report,
    about,
    services,
    findings: report.findings.map((finding): Finding => {
      const inside = formatPlace(finding.place)
      return {
        ...finding,
        message: `${finding.message} (${about}: ${inside})`,
        subject: `image:${inside}`,
        place,
        services,
      }
    }),
    licences: report.licences.map((entry) => ({ ...entry, place, services })),
  }
}
