import { dag } from "@dagger.io/dagger"
import type { Plan } from "../changes/plan.js"
import type { Service } from "../config/index.js"
import { failedForEvent, plannedForEvent } from "../run/event-parts.js"
import type { Event } from "../run/events.js"
import { emit } from "../run/events.js"
import { defaultJobs } from "../run/jobs.js"
import { thisMachine } from "../run/machine.js"
import { placesIn } from "../run/places.js"
import { recordOf } from "../run/read-record.js"
import type { FullRecord, RecordedTests } from "../run/record.js"
import { recordedFindings, recordedUnits } from "../run/record.js"
import type { Row, RunRecord } from "../run/rows.js"
import { exitCodeOf, RECORD_VERSION } from "../run/rows.js"
import { schedule } from "../run/schedule.js"
import { leftOut, unchangedServices } from "../run/unchanged.js"
import { standInsOf } from "./base-images.js"
import type { ServiceRun } from "./index.js"
import { STAGE_DEFINITIONS } from "./index.js"
import type { RunInputs } from "./open-workspace.js"
import { openWorkspace } from "./open-workspace.js"
import type { Release } from "./release.js"
import { keepWhileRunning } from "./running-record.js"
import { checkScan } from "./scan.js"
import { MERGED_SARIF } from "../findings/index.js"
import { checkSecrets } from "./secrets.js"
import { traced } from "./trace.js"
import { imagesBehind, unitsOf } from "./units.js"
import type { Workspace } from "./workspace.js"

/** How to run the services of a plan. */
export interface RunOptions {
  /** Services side by side; absent: from the engine's cores and memory. */
  jobs?: number
  failFast: boolean
  /** Where images are pushed to; absent: nowhere. */
  release?: Release
  /** The first lines of the result: what was selected, and why. */
  selection: string[]
  /** What was called, such as "ci --changed". */
  command: string
  /** Full id of the commit that is checked out; empty where that can't be known. */
  commit: string
}

/** What is kept of a run. */
export interface KeptRun {
  record: FullRecord
  /** What its scan found, for GitHub. Undefined when nothing was scanned. */
  sarif: string | undefined
}

/** Runs every stage of the services that a plan selects, and sends an event for each. */
export async function runServices(
  checkout: RunInputs,
  plan: Plan,
  options: RunOptions,
): Promise<KeptRun> {
  const { config, run } = checkout
  const { release, selection } = options
  const others = leftOut(plan)
  const selected = new Set(plan.services.map(({ name }) => name))
  const services = config.services.filter(({ name }) => selected.has(name))
  const integration = config.integration.filter(({ name }) => selected.has(name))
  const involved = imagesBehind(config, [...services, ...integration])
  if (config.scan.inCi && services.length > 0) checkScan(checkout)
  checkSecrets(involved, run.secrets ?? new Map())
  const workspace = await openWorkspace(
    checkout,
    involved,
    services,
    unchangedServices(config, plan),
  )
  const units = unitsOf(config, services, integration, { push: release !== undefined })
  const machine = thisMachine()
  const jobs = options.jobs ?? config.jobs ?? defaultJobs(machine)
  const started = run.started.toISOString()
  const id = runId(run.started)
  const events: Event[] = []
  const send = (event: Event) => {
    events.push(event)
    emit(event)
  }
  send({
    event: "run-started",
    id,
    started,
    services: [...new Set(units.map(({ name }) => name))],
    stages: units.flatMap(({ stages }) => stages).length,
    jobs,
    about: { command: options.command, commit: options.commit, selection, ...others },
  })

  const about = {
    plan,
    units: recordedUnits(config),
    machine: {
      cores: machine.cores,
      memoryMegabytes: Math.round(machine.memory / 2 ** 20),
      jobs,
    },
  }
  send({ event: "run-planned", planned: plannedForEvent(about) })

  const paths = new Set(checkout.files)
  const isFile = (path: string) => paths.has(path)
  const standIns = standInsOf(workspace, involved)
  const contexts = new Map<string, ServiceRun>(
    [...services, ...integration].map((service) => [
      service.name,
      { workspace, service, ...(release && { release }) },
    ]),
  )
  const stopKeeping = keepWhileRunning(config, () => ({ ...recordOf(events), ...about }))
  const rows = await schedule(
    units,
    async ({ name }, stage) => {
      send({ event: "stage-started", service: name, stage })
      const context = contexts.get(name) as ServiceRun
      return traced(name, stage, async () =>
        withPlaces(await STAGE_DEFINITIONS[stage].run(context), context, isFile),
      )
    },
    { jobs, failFast: options.failFast, onRow: (row) => send(rowEvent(row, contexts)) },
  ).finally(stopKeeping)
  const record: RunRecord = {
    version: RECORD_VERSION,
    id,
    started,
    seconds: (Date.now() - run.started.getTime()) / 1000,
    selection,
    ...others,
    standIns: await standIns,
    rows,
    exitCode: exitCodeOf(rows),
  }
  emit({ event: "run-finished", record })
  const isScanned = rows.some(({ stage, status }) => stage === "scan" && status !== "skipped")
  // Made already: every row of that stage comes from it.
  const images = [...contexts.values()].flatMap(({ imageScans = [] }) => imageScans)
  const scanned = isScanned
    ? await workspace.scan().then(
        (files) => files.with(images),
        () => undefined,
      )
    : undefined
  const full: FullRecord = {
    ...record,
    command: options.command,
    commit: options.commit,
    engine: await dag.version().catch(() => ""),
    inputs: await inputDigests(workspace, services),
    ...about,
    tests: [...contexts.values()].flatMap((context) => testsOf(context, rows)),
    findings: scanned ? recordedFindings(scanned.assessment, config) : [],
    images: rows.flatMap(({ image }) => image ?? []),
    incomplete: "",
  }
  return { record: full, sarif: scanned?.sarif().find(({ name }) => name === MERGED_SARIF)?.text }
}

/** A failure to look is the business of the stage that uses these files, not ours. */
async function inputDigests(
  { content }: Workspace,
  services: Service[],
): Promise<Record<string, string>> {
  const digests = services.map(async (service) => {
    const digest = await content.digestOf(service).catch(() => undefined)
    return digest === undefined ? [] : [[service.name, digest] as const]
  })
  return Object.fromEntries((await Promise.all(digests)).flat())
}

/** Lines of the repository that a failed stage's output, or its tests' reports, name. */
function withPlaces(
  row: Row,
  { service, tests = [] }: ServiceRun,
  isFile: (path: string) => boolean,
): Row {
  if (row.status !== "failed") return row
  // A scan knows its places better than what it prints does.
  if (row.places.length > 0)
    return { ...row, places: row.places.filter(({ file }) => isFile(file)) }
  const failed = tests
    .flatMap(({ report }) => report?.cases ?? [])
    .flatMap(({ details }) => details?.split("\n") ?? [])
  return { ...row, places: placesIn([...failed, ...row.tail], service.path, isFile, row.reason) }
}

function rowEvent(row: Row, contexts: ReadonlyMap<string, ServiceRun>): Event {
  const context = contexts.get(row.service)
  const own = context && row.status === "failed" ? testsOf(context, [row]) : []
  const failed = own.filter(({ stage }) => stage === row.stage).flatMap(({ cases }) => cases)
  const failedTests = failedForEvent(failed)
  return { event: "row", row, ...(failedTests.length > 0 && { failedTests }) }
}

function testsOf({ service, tests = [] }: ServiceRun, rows: Row[]): RecordedTests[] {
  const cases = tests.flatMap(({ report }) => report?.cases ?? [])
  const stage = rows.some((row) => row.service === service.name && row.stage === "integration")
    ? "integration"
    : "test"
  return cases.length === 0 ? [] : [{ service: service.name, stage, cases }]
}

/** An id that sorts by time, and is a file name. */
export function runId(started: Date): string {
  return `${started.toISOString().slice(0, 19).replace(/[-:]/g, "")}-${Math.random().toString(36).slice(2, 6)}`
}
