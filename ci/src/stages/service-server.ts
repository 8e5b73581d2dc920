import type { Container } from "@dagger.io/dagger"
import type { Health, Service } from "../config/index.js"
import type { Probe, Server } from "./supervise.js"
import { besideServers, supervised } from "./supervise.js"

/** The variable that tells others where a service is. */
export function addressVariable(name: string): string {
  return `${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}_URL`
}

/** How a service is started for a stage. */
export interface ServiceStart {
  /** The name under which the step reaches it. */
  host: string
  /** Who it is for: two owners never share a running service. */
  owner: string
  /** What it can reach itself. */
  beside: Server[]
  /** Settings beyond those of its image and of what is beside it. */
  env?: Record<string, string>
  /** Whether the step ends it, to see how it does. */
  examined?: boolean
}

/** A service's image, started as it would be deployed; ready when it is healthy. */
export async function serviceServer(
  image: Container,
  service: Service,
  { host, owner, beside, env = {}, examined = false }: ServiceStart,
): Promise<Server> {
  let container = (await besideServers(image, beside)).withEnvVariable("PIPELINE_OWNER", owner)
  for (const [name, value] of Object.entries(env))
    container = container.withEnvVariable(name, value)
  const health = service.health as Health
  const start = {
    ready: probeOf(health),
    timeout: health.timeout,
    ...(examined && { grace: health.grace }),
  }
  return {
    label: `service ${service.name}`,
    host,
    service: await supervised(container, start),
    env:
      health.kind === "command"
        ? {}
        : { [addressVariable(service.name)]: `${health.kind}://${host}:${health.port}` },
  }
}

/** How its supervisor asks a service for its health. */
export function probeOf(health: Health): Probe {
  switch (health.kind) {
    case "command":
      return { kind: "command", command: ["sh", "-c", health.command] }
    case "http":
      return { kind: "http", port: health.port, path: health.path }
    case "grpc":
      return { kind: "grpc", port: health.port, service: "" }
    case "tcp":
      return { kind: "port", port: health.port }
  }
}
