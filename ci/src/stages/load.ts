import { createHash } from "node:crypto"
import { CacheSharingMode, dag, Container } from "@dagger.io/dagger"
import type { HttpHealth, Load, Service } from "../config/index.js"
import { REPORT_FOLDER } from "../languages/index.js"
import {
  loadFaults,
  loadNote,
  loadTargets,
  readBaseline,
  readLoadReport,
} from "../run/load-report.js"
import { builtImage } from "./build.js"
import { GO_PROGRAMS, goProgram } from "./go-program.js"
import { IMAGES } from "./images.js"
import { backingServers } from "./needs.js"
import { foreignReason } from "./platforms.js"
import { serviceServer } from "./service-server.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { reproduceCommand, stepRow } from "./stage.js"
import { row } from "../run/rows.js"
import { beforeStep, runStep } from "./step.js"
import type { StepResult } from "./step.js"
import type { Server } from "./supervise.js"
import { besideServers, withServerChecks } from "./supervise.js"

/** The name under which the started service is reached. */
const HOST = "service"
const PROGRAM = "/usr/local/bin/vegeta"
const TARGETS = "/load/targets.json"
const BASELINES = "/baselines"
const WARM_UP_SECONDS = 2
/** What starting and reporting take at most. */
const SPARE_SECONDS = 60
/** For one answer; a service that hangs must not hang the stage. */
const ANSWER_SECONDS = 10

const REPORT = "load.json"
const BASELINE = "baseline.txt"
const MACHINE = "machine.txt"

/** Sends requests to the running service at a steady rate, and compares how it answers. */
export const load: StageDefinition = {
  async run(context) {
    const { workspace, service } = context
    const foreign = await foreignReason(service)
    if (foreign !== undefined) return row(service.name, "load", "skipped", { reason: foreign })
    const declared = service.load as Load
    const servers = await loadServers(context)
    const container = await loadContainer(service, servers)
    const timeout = WARM_UP_SECONDS + declared.duration + ANSWER_SECONDS * 2 + SPARE_SECONDS
    const step = withServerChecks({ command: loadCommand(service), timeout }, servers)
    const result = await runStep(container, step, workspace.run)
    if (result.exitCode !== 0 || !result.reportFiles.includes(REPORT))
      return stepRow(service, "load", result, result.tail.at(-1) ?? "nothing was measured")
    return judged(service, declared, result)
  },
  async debug(context) {
    const container = await loadContainer(context.service, await loadServers(context))
    return beforeStep(container).withEnvVariable("PIPELINE_STEP", loadCommand(context.service))
  },
}

async function judged(service: Service, declared: Load, result: StepResult) {
  const [report, recorded, machine] = await Promise.all(
    [REPORT, BASELINE, MACHINE].map((name) => result.reports.file(name).contents()),
  )
  const figures = readLoadReport(report ?? "")
  const baseline = readBaseline(recorded ?? "")
  const notes = [loadNote(figures, declared, baseline)]
  const [fault, ...more] = loadFaults(figures, declared, baseline)
  if (fault !== undefined)
    return row(service.name, "load", "failed", {
      ...{ cached: result.cached, exitCode: result.exitCode, notes, reason: fault },
      tail: [...more, ...figures.errors.slice(0, 10)],
      reproduce: reproduceCommand(service.name, "load"),
    })
  if (!result.cached) await record(baselineFile(service, machine ?? ""), figures.p95)
  return stepRow(service, "load", result, "", { notes })
}

async function loadServers(context: ServiceRun): Promise<Server[]> {
  const { workspace, service } = context
  const owner = `${service.name}/load`
  const needs = await backingServers(workspace, service.needs, owner)
  const image = await builtImage(context)
  return [...needs, await serviceServer(image, service, { host: HOST, owner, beside: needs })]
}

async function loadContainer(service: Service, servers: Server[]): Promise<Container> {
  const { requests } = service.load as Load
  const base = `http://${HOST}:${(service.health as HttpHealth).port}`
  const container = dag
    .container()
    .from(IMAGES.tools)
    .withFile(PROGRAM, goProgram(GO_PROGRAMS.vegeta))
    .withNewFile(TARGETS, loadTargets(base, requests))
  return besideServers(withBaselines(container), servers)
}

/** One check at a time on an engine: two would measure each other. */
function withBaselines(container: Container): Container {
  return container.withMountedCache(BASELINES, dag.cacheVolume("pipeline-load-v1"), {
    sharing: CacheSharingMode.Locked,
  })
}

function loadCommand(service: Service): string {
  const { rate, duration } = service.load as Load
  const attack = `vegeta attack -format=json -targets=${TARGETS} -rate=${rate}/1s -timeout=${ANSWER_SECONDS}s`
  return [
    // What it ran on: figures of other machines are no baseline.
    `{ grep -m1 "model name" /proc/cpuinfo || uname -m; nproc; } | sha256sum | cut -c1-16 > ${REPORT_FOLDER}/${MACHINE}`,
    `cat "${baselineFile(service, `$(cat ${REPORT_FOLDER}/${MACHINE})`)}" > ${REPORT_FOLDER}/${BASELINE} 2> /dev/null || true`,
    `${attack} -duration=${WARM_UP_SECONDS}s > /tmp/warm-up.bin || exit`,
    `${attack} -duration=${duration}s > /tmp/results.bin || exit`,
    `vegeta report -type=json /tmp/results.bin > ${REPORT_FOLDER}/${REPORT} || exit`,
    "vegeta report /tmp/results.bin",
  ].join("\n")
}

/** Only the same requests at the same rate can be compared. */
function baselineFile({ name, load: declared }: Service, machine: string): string {
  const { requests, rate, duration } = declared as Load
  const same = JSON.stringify({ requests, rate, duration })
  const hash = createHash("sha256").update(same).digest("hex").slice(0, 16)
  return `${BASELINES}/${name}-${hash}-${machine.trim()}`
}

async function record(file: string, p95: number): Promise<void> {
  await withBaselines(dag.container().from(IMAGES.tools))
    .withEnvVariable("PIPELINE_STARTED", new Date().toISOString())
    .withExec(["sh", "-c", `echo ${p95.toFixed(3)} >> ${file}`])
    .sync()
}
