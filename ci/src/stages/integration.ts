import type { Integration, Service } from "../config/index.js"
import { serviceImage } from "./build.js"
import { backingServers } from "./needs.js"
import { serviceServer } from "./service-server.js"
import type { ServiceRun } from "./stage.js"
import type { Server } from "./supervise.js"
import { testStage } from "./test.js"
import { integrationNamed } from "./units.js"

/** Tests of several services together, beside the services as they would be deployed. */
export const integration = testStage("integration", integrationServers)

/** Everything that is started, in the order in which it must be ready. */
async function integrationServers({ workspace, service }: ServiceRun): Promise<Server[]> {
  const { config } = workspace
  const { name, needs, services } = integrationNamed(config, service.name) as Integration
  const owner = `${name}/integration`
  // One definition, so one running server, however many ask for it.
  const backing = new Map<string, Server>()
  const started: Server[] = []
  for (const each of services) {
    const found = config.services.find((candidate) => candidate.name === each.name) as Service
    const own = await backingServers(workspace, found.needs, owner)
    for (const server of own) backing.set(server.host, { ...server, env: {} })
    const image = await serviceImage(workspace, found)
    const beside = [...own, ...started]
    started.push(
      await serviceServer(image, found, { host: each.name, owner, beside, env: each.env }),
    )
  }
  for (const server of await backingServers(workspace, needs, owner))
    backing.set(server.host, server)
  return [...backing.values(), ...started]
}
