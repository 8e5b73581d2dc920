import { join } from "node:path/posix"
import { dag, Container } from "@dagger.io/dagger"
import type { Contract, HttpHealth, Service } from "../config/index.js"
import { LANGUAGE_SUPPORT, REPORT_FOLDER, SOURCE_FOLDER } from "../languages/index.js"
import { contractFailure } from "../run/contract-report.js"
import { parseJUnit } from "../run/junit.js"
import { row } from "../run/rows.js"
import { builtImage } from "./build.js"
import { moduleFile } from "./module-folder.js"
import { backingServers } from "./needs.js"
import { foreignReason } from "./platforms.js"
import { serviceServer } from "./service-server.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { stepRow } from "./stage.js"
import { beforeStep, runStep } from "./step.js"
import type { Server } from "./supervise.js"
import { besideServers, withServerChecks } from "./supervise.js"

/** The name under which the started service is reached. */
const HOST = "service"
const REPORT = "contract.xml"

/** What a document promises of every answer; not what it could ask of the service beyond. */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
]

/** Asks the running service what its OpenAPI document allows to be asked, and compares the answers with it. */
export const contract: StageDefinition = {
  async run(context) {
    const { workspace, service } = context
    const foreign = await foreignReason(service)
    if (foreign !== undefined) return row(service.name, "contract", "skipped", { reason: foreign })
    const { timeout } = service.contract as Contract
    const servers = await contractServers(context)
    const container = await contractContainer(context, servers)
    const step = withServerChecks({ command: contractCommand(service), timeout }, servers)
    const result = await runStep(container, step, workspace.run)
    const report = await result.reports
      .file(REPORT)
      .contents()
      .then(parseJUnit, () => undefined)
    const failure = result.stopped
      ? `took longer than ${timeout} s (contract.timeout in services.json)`
      : contractFailure(result, report)
    return stepRow(service, "contract", result, failure, { counts: report?.counts ?? null })
  },
  async debug(context) {
    const container = await contractContainer(context, await contractServers(context))
    return beforeStep(container).withEnvVariable("PIPELINE_STEP", contractCommand(context.service))
  },
}

async function contractServers(context: ServiceRun): Promise<Server[]> {
  const { workspace, service } = context
  const owner = `${service.name}/contract`
  const needs = await backingServers(workspace, service.needs, owner)
  const image = await builtImage(context)
  return [...needs, await serviceServer(image, service, { host: HOST, owner, beside: needs })]
}

async function contractContainer(
  { workspace, service }: ServiceRun,
  servers: Server[],
): Promise<Container> {
  const { python } = LANGUAGE_SUPPORT
  const requirements = moduleFile("tools/schemathesis.txt")
  const checker = dag
    .container()
    .from(workspace.images.use(python.image()))
    .withMountedCache("/root/.cache/pip", dag.cacheVolume("pip-v1"))
    .withMountedFile("/requirements.txt", requirements)
    .withExec([
      "pip",
      "install",
      "--quiet",
      "--no-deps",
      "--root-user-action=ignore",
      "-r",
      "/requirements.txt",
    ])
  const files = checker
    .withMountedDirectory(SOURCE_FOLDER, workspace.content.of(service))
    .withWorkdir(join(SOURCE_FOLDER, service.path))
  return besideServers(files, servers)
}

function contractCommand({ contract: declared, health }: Service): string {
  const { document, cases, exclude } = declared as Contract
  const base = `http://${HOST}:${(health as HttpHealth).port}`
  const words = [
    "schemathesis",
    "run",
    document.kind === "served" ? `${base}${document.path}` : join(SOURCE_FOLDER, document.path),
    `--origin=${base}`,
    `--checks=${CHECKS.join(",")}`,
    "--phases=examples,coverage,fuzzing",
    `--max-examples=${cases}`,
    // The same inputs give the same requests: a passed check can be reused.
    "--generation-deterministic",
    "--continue-on-failure",
    "--no-color",
    "--warnings=off",
    "--report=junit",
    `--report-junit-path=${REPORT_FOLDER}/${REPORT}`,
    ...exclude.map((path) => `--exclude-path=${path}`),
  ]
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ")
}
