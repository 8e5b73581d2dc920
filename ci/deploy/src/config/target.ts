import { fillTemplate } from "../../../src/config/template.js"
import type {
  Environment,
  Health,
  ServiceDeploy,
  Strategy,
  Transaction,
} from "../../../src/config/types.js"
import { closest } from "../../../src/config/suggest.js"
import { DeployError, EXIT } from "../errors.js"

/** The part of the repository's configuration that deployments need. */
export interface Settings {
  services: DeployedService[]
  environments: Record<string, Environment>
  /** Registry and prefix of the images. */
  registry?: string
}

/** A service, as far as deployments know it. */
export interface DeployedService {
  name: string
  /** Names of services and libraries. */
  dependsOn: string[]
  health?: Health
  deploy: ServiceDeploy
}

/** One service in one environment, with everything filled in. */
export interface Target {
  service: string
  environment: Environment
  cluster: string
  /** Name in ECS. */
  ecsService: string
  /** Repository of the image, with its registry. */
  repository: string
  container?: string
  strategy: Strategy
  alarms: string[]
  url?: string
  testUrl?: string
  transactions: Transaction[]
}

/**
 * Puts together what is said about a service in an environment.
 *
 * @throws DeployError 2 for a name that does not exist, or without a registry
 */
export function targetOf(settings: Settings, service: string, environment: string): Target {
  const place = placeOf(settings, service, environment)
  const registry = place.environment.registry ?? settings.registry
  if (registry === undefined)
    throw new DeployError(
      "there is no registry that images are in",
      EXIT.usage,
      "set `build: { registry: registry.example.com/game }` in pipeline.yaml, or give --registry",
    )
  return { ...place, repository: `${registry.replace(/\/+$/, "")}/${service}` }
}

/**
 * The same without the image's repository, for what needs no image.
 *
 * @throws DeployError 2 for a name that does not exist
 */
export function placeOf(
  settings: Settings,
  service: string,
  environment: string,
): Omit<Target, "repository"> {
  const known = serviceOf(settings, service)
  const place = environmentOf(settings, environment)
  const { environments, container, transactions, ...own } = known.deploy
  const here = { ...own, ...environments[environment] }
  const fill = (template: string) => fillTemplate(template, { service, environment })
  const url = here.url ?? place.url
  const testUrl = here.testUrl ?? place.testUrl
  return {
    service,
    environment: place,
    cluster: place.cluster,
    ecsService: fill(here.service ?? place.service),
    ...(container !== undefined && { container }),
    strategy: here.strategy ?? place.strategy,
    alarms: [...new Set([...place.alarms, ...(here.alarms ?? [])].map(fill))],
    ...(url !== undefined && { url: fill(url) }),
    ...(testUrl !== undefined && { testUrl: fill(testUrl) }),
    transactions: transactions.length > 0 ? transactions : healthTransaction(known),
  }
}

/** @throws DeployError 2 */
export function environmentOf({ environments }: Settings, name: string): Environment {
  const found = Object.hasOwn(environments, name) ? environments[name] : undefined
  if (found !== undefined) return found
  throw unknownName(
    "environment",
    "`environments` of pipeline.yaml",
    name,
    Object.keys(environments),
  )
}

function serviceOf({ services }: Settings, name: string): DeployedService {
  const found = services.find((service) => service.name === name)
  if (found !== undefined) return found
  const names = services.map((service) => service.name)
  throw unknownName("service", "services.json", name, names)
}

function unknownName(kind: string, where: string, name: string, names: string[]): DeployError {
  const near = closest(name, names)
  if (names.length === 0)
    return new DeployError(`there is no ${kind} "${name}"`, EXIT.usage, `declare it in ${where}`)
  const next = near === undefined ? `name one of: ${names.join(", ")}` : `did you mean "${near}"?`
  return new DeployError(`there is no ${kind} "${name}" in ${where}`, EXIT.usage, next)
}

/** A service that says how it shows its health is asked just that. */
function healthTransaction({ health }: DeployedService): Transaction[] {
  if (health?.kind !== "http") return []
  const step = { method: "GET" as const, path: health.path, headers: {}, json: {}, capture: {} }
  return [{ name: "health", steps: [{ ...step, status: 200 }] }]
}
