import pLimit from "p-limit"
import type { Service } from "../config/index.js"
import { hasImage } from "../config/index.js"
import { incompleteReport, leftOutReports, trivyImage } from "../scanners/index.js"
import type { Scope } from "../scanners/index.js"
import { serviceImage } from "./build.js"
import type { Checkout } from "./detect.js"
import { engineFailure } from "./engine-failure.js"
import type { RunInputs } from "./open-workspace.js"
import { openWorkspace } from "./open-workspace.js"
import { platformsOf } from "./platforms.js"
import { scanHistory } from "./scan-history.js"
import { aboutOf, scanBaseImages, scanEnvironment, scanImage, skipReason } from "./scan-image.js"
import type { BesideReport } from "./scan.js"
import { checkSecrets } from "./secrets.js"
import type { Workspace } from "./workspace.js"

/** What a scan looks at beside the files of the checkout. */
export interface Beside {
  /**
   * The services' images, as they would be pushed, and what those are built on; of a service without
   * an image what is installed for it.
   */
  images: boolean
  history: boolean
}

/** Images are large, and each takes every core for a while. */
const IMAGES_AT_ONCE = 2

/**
 * Looks at images and at git's history, as far as they are wanted and their tools are among those
 * that were named.
 *
 * @param services whose images and environments; absent: of all
 * @throws UsageError when a build needs a secret that was not given
 */
export function lookBeside(
  inputs: RunInputs,
  checkout: Pick<Checkout, "gitFolder">,
  wanted: Beside,
  { services, tools }: { services?: readonly Service[]; tools: readonly string[] },
): (scope: Scope) => Promise<BesideReport[]> {
  const { config, run } = inputs
  const named = tools.length > 0 ? tools : (config.scan.tools ?? [])
  const isNamed = (tool: string) => named.length === 0 || named.includes(tool)
  const images = wanted.images && isNamed("trivy") ? [...(services ?? config.services)] : []
  const counts = { images: wanted.images, all: config.services.length }
  const leftOut = isNamed("trivy")
    ? leftOutReports(config.scan.licences, {
        ...counts,
        selected: (services ?? config.services).length,
      })
    : []
  checkSecrets(images, run.secrets ?? new Map())
  return async (scope) => {
    const parts = [
      images.length > 0 ? lookAtImages(inputs, images) : [],
      leftOut.map((report) => ({ report, cached: false })),
      wanted.history && isNamed("gitleaks")
        ? scanHistory(checkout, { config, run }, scope.servicesOf)
        : [],
    ]
    return (await Promise.all(parts)).flat()
  }
}

async function lookAtImages(inputs: RunInputs, services: Service[]): Promise<BesideReport[]> {
  const workspace = await openWorkspace(inputs, services)
  const limit = pLimit(IMAGES_AT_ONCE)
  const images = services
    .filter((service) => skipReason(service) === undefined)
    .map(async (service) => {
      const platforms = hasImage(service) ? await platformsOf(service) : [undefined]
      return Promise.all(platforms.map((one) => limit(lookAtImage, workspace, service, one)))
    })
  const [bases, looks] = await Promise.all([
    scanBaseImages(workspace, services),
    Promise.all(images),
  ])
  return [...bases, ...looks.flat()]
}

/**
 * Builds a service's image and looks at it with every layer; without an image, at what is installed for the
 * service. What can't be built is something that nobody looked at.
 *
 * @param platform of the image; absent: the service has none
 */
export async function lookAtImage(
  workspace: Workspace,
  service: Service,
  platform?: string,
): Promise<BesideReport> {
  try {
    // Without a Dockerfile and without a command, this is only what its tests have around them.
    const image = await (await serviceImage(workspace, service, platform)).sync()
    return platform === undefined
      ? await scanEnvironment(image, service, workspace)
      : await scanImage(image, service, workspace, { layers: true, platform })
  } catch (error) {
    const { reason, tail } = engineFailure(error)
    const report = incompleteReport(trivyImage, `could not be built: ${reason}`, tail)
    const about = aboutOf(service, platform)
    return { report: { ...report, about, services: [service.name] }, cached: false }
  }
}
