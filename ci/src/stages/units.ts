import type { Config, Integration, Service } from "../config/index.js"
import type { Stage } from "../run/rows.js"
import { SERVICE_STAGES } from "../run/rows.js"

/**
 * The stages of a service, or of an integration test.
 *
 * @param options push: whether images are pushed once everything before passed
 */
export function stagesOf(
  config: Config,
  service: Service,
  { push = false } = {},
): readonly Stage[] {
  if (integrationNamed(config, service.name)) return ["integration"]
  return [
    ...SERVICE_STAGES.filter((stage) => stage !== "scan" || config.scan.inCi),
    ...(service.contract ? (["contract"] as const) : []),
    ...(push ? (["push"] as const) : []),
  ]
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
