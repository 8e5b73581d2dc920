import { availableParallelism, totalmem } from "node:os"
import { dag } from "@dagger.io/dagger"
import type { Plan } from "../changes/plan.js"
import type { Service } from "../config/index.js"
import { baseImages, parse, parseImageReference } from "../dockerfile/index.js"
import { emit } from "../run/events.js"
import { defaultJobs } from "../run/jobs.js"
import type { RunRecord } from "../run/rows.js"
import { exitCodeOf, RECORD_VERSION, SERVICE_STAGES } from "../run/rows.js"
import { schedule } from "../run/schedule.js"
import { LANGUAGE_SUPPORT } from "../languages/index.js"
import { packContent } from "./content.js"
import { STAND_IN_LABEL } from "./images.js"
import type { ServiceRun, Workspace } from "./index.js"
import { STAGE_DEFINITIONS } from "./index.js"
import { repositoryFiles } from "./repository-files.js"

/** What a run starts from. */
export type RunInputs = Omit<Workspace, "content" | "repository">

/** How to run the services of a plan. */
export interface RunOptions {
  /** Services side by side; absent: from the engine's cores and memory. */
  jobs?: number
  failFast: boolean
  /** The first lines of the result: what was selected, and why. */
  selection: string[]
}

/** Runs every stage of the services that a plan selects, and sends an event for each. */
export async function runServices(
  checkout: RunInputs,
  plan: Plan,
  options: RunOptions,
): Promise<RunRecord> {
  const { config, run, source, files } = checkout
  const selected = new Set(plan.services.map(({ name }) => name))
  const services = config.services.filter(({ name }) => selected.has(name))
  const workspace: Workspace = {
    ...checkout,
    content: packContent(source, files, config, services),
    repository: repositoryFiles(source, files),
  }
  const jobs =
    options.jobs ??
    config.jobs ??
    defaultJobs({ cores: availableParallelism(), memory: totalmem() })
  const started = run.started.toISOString()
  const id = runId(run.started)
  emit({
    event: "run-started",
    id,
    started,
    services: services.map(({ name }) => name),
    stages: services.length * SERVICE_STAGES.length,
    jobs,
  })

  const standIns = usedStandIns(workspace, services)
  const contexts = new Map<string, ServiceRun>(
    services.map((service) => [service.name, { workspace, service }]),
  )
  const rows = await schedule(
    services,
    async (service, stage) => {
      emit({ event: "stage-started", service: service.name, stage })
      return STAGE_DEFINITIONS[stage].run(contexts.get(service.name) as ServiceRun)
    },
    { jobs, failFast: options.failFast, onRow: (row) => emit({ event: "row", row }) },
  )
  const record: RunRecord = {
    version: RECORD_VERSION,
    id,
    started,
    seconds: (Date.now() - run.started.getTime()) / 1000,
    selection: options.selection,
    unchanged: plan.skipped.map(({ name }) => name),
    standIns: await standIns,
    rows,
    exitCode: exitCodeOf(rows),
  }
  emit({ event: "run-finished", record })
  return record
}

/** Sorts by time, and is a file name. */
function runId(started: Date): string {
  return `${started.toISOString().slice(0, 19).replace(/[-:]/g, "")}-${Math.random().toString(36).slice(2, 6)}`
}

/**
 * Which base images of a run are stand-ins of the native kit: their label says
 * so. An image that can't be read is the build's business, not ours.
 */
async function usedStandIns({ source, config }: Workspace, services: Service[]): Promise<string[]> {
  const perService = await Promise.all(
    services.map(async (service) => {
      const own = LANGUAGE_SUPPORT[service.language].image(service.languageVersion)
      const needed = service.needs.flatMap(({ name }) => config.backingServices[name]?.image ?? [])
      return [own, ...needed, ...(await dockerfileImages(source, service))]
    }),
  )
  const images = [
    ...new Set(perService.flat().map((image) => parseImageReference(image)?.familiar ?? image)),
  ].sort()
  const labels = await Promise.all(
    images.map((image) =>
      dag
        .container()
        .from(image)
        .label(STAND_IN_LABEL)
        .catch(() => ""),
    ),
  )
  return images.filter((_, index) => labels[index])
}

async function dockerfileImages(
  source: Workspace["source"],
  { dockerfile, build }: Service,
): Promise<string[]> {
  if (dockerfile === undefined) return []
  const model = parse(await source.file(dockerfile).contents(), dockerfile)
  const options = { args: build.args, ...(build.target !== undefined && { target: build.target }) }
  return baseImages(model, options).map(({ reference }) => reference)
}
