import { dag } from "@dagger.io/dagger"
import type { BackingService, Need } from "../config/index.js"
import { fillTemplate } from "../config/index.js"
import { engineFailure } from "./engine-failure.js"
import type { Probe, Server } from "./supervise.js"
import { supervised } from "./supervise.js"
import type { Workspace } from "./workspace.js"

/**
 * The backing services that somebody needs, to be started beside a step.
 *
 * @param owner who they are for: two owners never share a database
 * @throws when an image can't be had, naming the backing service
 */
export function backingServers(
  workspace: Workspace,
  needs: Need[],
  owner: string,
): Promise<Server[]> {
  return Promise.all(needs.map((need) => backingServer(workspace, need, owner)))
}

async function backingServer(
  { config, images }: Workspace,
  need: Need,
  owner: string,
): Promise<Server> {
  const backing = config.backingServices[need.name] as BackingService
  const values = { ...backing.variables, port: String(backing.port), host: need.name }
  const fill = (template: string) => fillTemplate(template, values)
  let container = dag.container().from(images.use(backing.image))
  for (const [name, value] of Object.entries(backing.env))
    container = container.withEnvVariable(name, fill(value))
  // The engine runs equal definitions once: this makes them differ.
  container = container.withEnvVariable("PIPELINE_OWNER", owner)
  const label = `backing service ${need.name}`
  const start = {
    args: backing.args.map(fill),
    ready: probeOf(backing, fill),
    timeout: backing.ready.timeout,
  }
  const service = await supervised(container, start).catch((error) => {
    const { reason } = engineFailure(error)
    throw new Error(`${label}: its image ${backing.image} can't be had: ${reason}`, {
      cause: error,
    })
  })
  const env = Object.entries(need.env).map(([name, value]) => [name, fill(value)])
  return { label, host: need.name, service, env: Object.fromEntries(env) }
}

function probeOf({ port, ready }: BackingService, fill: (template: string) => string): Probe {
  if (ready.command) return { kind: "command", command: ready.command.map(fill) }
  if (ready.http) return { kind: "http", ...ready.http }
  return { kind: "port", port }
}
