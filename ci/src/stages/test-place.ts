import { dag, Container, File } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import { LANGUAGE_SUPPORT, REPORT_FOLDER, SHARD_FOLDER } from "../languages/index.js"
import { readDependencies } from "./dependencies.js"
import { IMAGES } from "./images.js"
import type { ServiceRun } from "./stage.js"
import type { Server } from "./supervise.js"
import { besideServers } from "./supervise.js"
import type { Workspace } from "./workspace.js"
import { serviceContainer } from "./workspace.js"

const TIMES_FILE = `${SHARD_FOLDER}/times.txt`
const TIMES_VOLUME = "pipeline-test-times-v1"
const TIMES_FOLDER = "/times"

/** One of the containers that a service's tests are split over. */
export interface Shard {
  /** Counted from 1. */
  number: number
  count: number
}

/** How a service's tests are split; one undefined entry when they aren't. */
export function shardsOf({ test }: Service): (Shard | undefined)[] {
  if (test.shards === 1) return [undefined]
  return Array.from({ length: test.shards }, (_, index) => ({
    number: index + 1,
    count: test.shards,
  }))
}

/** Where a service's tests run. */
export interface TestPlace {
  /** Just before the test command. */
  container: Container
  /** What runs beside it. */
  servers: Server[]
}

/** What runs beside a test command, or beside one shard of it. */
export type ServersOf = (context: ServiceRun, shard: Shard | undefined) => Promise<Server[]>

/** Prepares the container of a service's test command, or of one shard of it. */
export async function testPlace(
  context: ServiceRun,
  shard: Shard | undefined,
  serversOf: ServersOf,
): Promise<TestPlace> {
  const { workspace, service } = context
  const { env, withShard } = LANGUAGE_SUPPORT[service.language].testReport
  const [servers, dependencies] = await Promise.all([
    serversOf(context, shard),
    readDependencies(workspace, service),
  ])
  let container = await besideServers(serviceContainer(workspace, dependencies), servers)
  const own = service.test.env
  container = container.withEnvVariable("PIPELINE_REPORTS", REPORT_FOLDER)
  for (const [name, value] of Object.entries(env))
    container = container.withEnvVariable(name, own[name] ? `${value} ${own[name]}` : value)
  for (const [name, value] of Object.entries(own))
    if (!(name in env)) container = container.withEnvVariable(name, value)
  if (!shard) return { container, servers }
  container = container
    .withEnvVariable("PIPELINE_SHARD", `${shard.number}/${shard.count}`)
    .withEnvVariable("PIPELINE_SHARD_TIMES", TIMES_FILE)
    .withMountedFile(TIMES_FILE, recordedTimes(workspace, service))
  return { container: withShard ? await withShard(container) : container, servers }
}

/**
 * How long each part of the tests took the last time they ran.
 *
 * Times decide how tests are split, so new ones would make every shard run
 * again. They are looked up once for the same files of the service: this step's
 * own result is what the next run of the same files finds.
 */
function recordedTimes({ content, run }: Workspace, service: Service): File {
  return timesContainer()
    .withMountedDirectory("/inputs", content.of(service))
    .withEnvVariable("PIPELINE_ATTEMPT", run.fresh)
    .withExec(["sh", "-c", `cat "$0" > /found 2> /dev/null || : > /found`, timesPath(service)])
    .file("/found")
}

/** Records how long each part of a service's tests took, for the next time their files change. */
export async function recordTimes(
  { run }: Workspace,
  service: Service,
  times: string,
): Promise<void> {
  await timesContainer()
    .withNewFile("/new", times)
    .withEnvVariable("PIPELINE_RUN", run.started.toISOString())
    .withExec(["cp", "/new", timesPath(service)])
    .sync()
}

function timesContainer(): Container {
  return dag
    .container()
    .from(IMAGES.tools)
    .withMountedCache(TIMES_FOLDER, dag.cacheVolume(TIMES_VOLUME))
}

function timesPath({ name }: Service): string {
  return `${TIMES_FOLDER}/${name}`
}
