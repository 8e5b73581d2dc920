import type { Config, Integration, Service } from "../config/index.js"
import { hasImage } from "../config/index.js"
import { hasLicencePolicy } from "../findings/index.js"
import type { Stage } from "../run/rows.js"
import { SERVICE_STAGES, STAGES } from "../run/rows.js"
import type { Unit } from "../run/schedule.js"

/**
 * What a run works on. A push waits for everything that says whether its service is fit: its own
 * stages, and the integration tests that start it, with all the services that these need.
 *
 * @param options push: whether images are pushed
 */
export function unitsOf(
  config: Config,
  services: readonly Service[],
  integration: readonly Service[],
  { push }: { push: boolean },
): (Unit & { stages: readonly Stage[] })[] {
  const units = [...services, ...integration].map((service) => ({
    name: service.name,
    stages: stagesOf(config, service, { push }),
    after: comesAfter(config, service),
  }))
  const pushes = services.map(({ name }) => ({
    ...{ name, id: `push of ${name}`, stages: ["push"] as const },
    after: [name, ...config.integration.flatMap((test) => concerning(test, name))],
  }))
  return push ? [...units, ...pushes] : units
}

/** An integration test and all of its services, if one of them has that name. */
function concerning({ name, services }: Integration, service: string): string[] {
  const names = services.map((each) => each.name)
  return names.includes(service) ? [name, ...names] : []
}

/**
 * The stages of a service before a push, or of an integration test.
 *
 * @param options push: whether the image is pushed afterwards
 */
export function stagesOf(
  config: Config,
  service: Service,
  options = { push: false },
): readonly Stage[] {
  if (integrationNamed(config, service.name)) return ["integration"]
  const isWanted: Partial<Record<Stage, boolean>> = {
    scan: config.scan.inCi,
    "image-scan": isImageScanned(config, service, options),
    contract: service.contract !== undefined,
    load: service.load !== undefined,
  }
  const usual: readonly Stage[] = SERVICE_STAGES
  return STAGES.filter((stage) => isWanted[stage] ?? usual.includes(stage))
}

/**
 * Whether a run looks at a service's image, or at what is installed for a service without one. Building
 * trivy takes minutes, once; so where nobody asked for it, only what can be looked up, has a policy, or
 * leaves the machine, is looked at.
 */
export function isImageScanned(
  { scan }: Config,
  service: Service,
  { push }: { push: boolean },
): boolean {
  const { inCi, tools, images, licences, trivyDatabase } = scan
  if (!inCi || !(tools?.includes("trivy") ?? true)) return false
  if (images !== undefined) return images
  return trivyDatabase !== undefined || hasLicencePolicy(licences) || (push && hasImage(service))
}

/** Names of the services that must have passed before. */
export function comesAfter(config: Config, { name }: Service): string[] {
  return integrationNamed(config, name)?.services.map((service) => service.name) ?? []
}

/** The services themselves, and those that are only started for an integration test among them. */
export function imagesBehind(config: Config, services: Service[]): Service[] {
  const names = new Set(services.flatMap((service) => comesAfter(config, service)))
  const behind = config.services.filter(({ name }) => names.has(name))
  return [...new Set([...services, ...behind])]
}

/** The integration test of that name, if it is one. */
export function integrationNamed(config: Config, name: string): Integration | undefined {
  return config.integration.find((integration) => integration.name === name)
}
