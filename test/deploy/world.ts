import type { Server } from "node:http"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Aws } from "../../ci/deploy/src/aws/aws.js"
import type { DeployedService, Settings } from "../../ci/deploy/src/config/target.js"
import type { Context } from "../../ci/deploy/src/context.js"
import { Notifier } from "../../ci/deploy/src/notify/notifier.js"
import { Registry, sha256 } from "../../ci/deploy/src/registry/registry.js"
import type { Environment } from "../../ci/src/config/types.js"
import { FakeAws } from "../fakes/ecs/server.js"
import { startMoto, startRegistry } from "../fakes/programs.js"

const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
const REGION = "eu-central-1"

/** An address where a test plays the service. */
export interface Site {
  url: string
  /** What it answers next. */
  status: number
  requests: { method: string; path: string; body: string }[]
  stop(): Promise<void>
}

/** Everything outside the program that a deployment touches, with a clock that jumps. */
export interface World {
  fake: FakeAws
  aws: Aws
  site: Site
  registry: string
  settings: Settings
  endpoint: string
  /** Lines that were shown. */
  said: string[]
  context(options?: { webhook?: string; githubToken?: string }): Context
  /** @returns its digest */
  pushImage(service: string, tag: string, labels?: Record<string, string>): Promise<string>
  stop(): Promise<void>
}

/** Starts it all. */
export async function startWorld(): Promise<World> {
  const [moto, store, site] = await Promise.all([startMoto(), startRegistry(), startSite()])
  const fake = new FakeAws(moto.url)
  const endpoint = await fake.start()
  const registry = `${new URL(store.url).host}/game`
  const credentials = { accessKeyId: "test", secretAccessKey: "test" }
  const aws = new Aws({ credentials, region: REGION, endpoint })
  const said: string[] = []
  const settings: Settings = { services: [], environments: {}, registry }
  return {
    ...{ fake, aws, site, registry, settings, endpoint, said },
    context: (options = {}) => {
      const say = (line: string) => void said.push(line)
      return {
        ...{ settings, aws, say },
        registry: new Registry(),
        login: () => Promise.resolve(undefined),
        notifier: new Notifier(aws, options, say),
        clock: {
          now: () => fake.ecs.now,
          sleep: async (milliseconds) => fake.ecs.advance(milliseconds),
        },
      }
    },
    pushImage: (service, tag, labels = {}) => pushImage(`${registry}/${service}`, tag, labels),
    stop: async () => {
      await Promise.all([fake.stop(), site.stop(), moto.stop(), store.stop()])
    },
  }
}

/** An environment with everything that its configuration may leave out. */
export function environment(name: string, changes: Partial<Environment> = {}): Environment {
  return {
    ...{ name, cluster: `game-${name}`, region: REGION, networks: [], alarms: [] },
    ...{ service: "{service}-{environment}", strategy: "rolling", traffic: {}, jobs: 2 },
    ...{ watch: 60, pause: 900, poll: 10, notify: { githubApi: "http://127.0.0.1:1" } },
    gates: {
      ...{ errorRate: 5, minRequests: 20, failures: 2, patience: 60 },
      inconclusive: "rollback",
    },
    monitoring: {
      ...{ logGroup: "/ecs/{service}-{environment}", retention: 30 },
      ...{ logErrors: "?ERROR ?CRITICAL", utilization: 90 },
    },
    ...changes,
  }
}

/** A service whose health is asked for at /health. */
export function service(name: string, dependsOn: string[] = []): DeployedService {
  return {
    ...{ name, dependsOn, deploy: { transactions: [], environments: {} } },
    health: { kind: "http", port: 8080, path: "/health", timeout: 30, grace: 10, allowRoot: false },
  }
}

/** A task definition with one container. */
export function taskDefinition(family: string, image: string): Record<string, unknown> {
  return {
    family,
    networkMode: "awsvpc",
    containerDefinitions: [
      { name: "app", image, essential: true, portMappings: [{ containerPort: 8080 }] },
    ],
  }
}

/** Asks the emulator's log service. */
export async function callLogs({ endpoint }: World, action: string, input: object): Promise<void> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `Logs_20140328.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/logs/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  })
  if (!response.ok) throw new Error(`${action}: ${(await response.text()).slice(0, 500)}`)
}

async function pushImage(
  repository: string,
  tag: string,
  labels: Record<string, string>,
): Promise<string> {
  const registry = new Registry()
  // The tag is in it, so that every image is another one.
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      created: tag,
      config: { Labels: labels },
    }),
  )
  await registry.putBlob(repository, config)
  const manifest = {
    ...{ schemaVersion: 2, mediaType: MANIFEST_TYPE, layers: [] },
    config: { mediaType: CONFIG_TYPE, digest: sha256(config), size: config.length },
  }
  await registry.putManifest(repository, tag, manifest)
  return sha256(Buffer.from(JSON.stringify(manifest)))
}

/** Starts an address that remembers what it was asked. */
export async function startSite(): Promise<Site> {
  const requests: Site["requests"] = []
  const server: Server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk: Buffer) => (body += chunk.toString()))
    request.on("end", () => {
      requests.push({ method: request.method ?? "", path: request.url ?? "", body })
      const status = request.url?.includes("/gone/") ? 404 : site.status
      response.writeHead(status, { "content-type": "application/json" })
      response.end(JSON.stringify({ id: 7, status: "ok" }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const site: Site = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ status: 200, requests },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return site
}
