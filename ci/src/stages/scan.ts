import { dag, Container, Directory } from "@dagger.io/dagger"
import pLimit from "p-limit"
import type { Config, Service } from "../config/index.js"
import type { SarifFile, TextFile, ToolReport } from "../findings/index.js"
import {
  assess,
  emptyReport,
  formatAudit,
  formatBaseline,
  formatSummary,
  isReported,
  NO_FILE,
  readSarif,
  suppressionErrors,
  writeSarif,
} from "../findings/index.js"
import type { RepositoryFiles } from "../languages/index.js"
import type { ScanResult } from "../run/scan-row.js"
import { UsageError } from "../run/usage-error.js"
import type { Dockerfiles, Scanner, Scope } from "../scanners/index.js"
import {
  chooseTools,
  incompleteReport,
  interpret,
  policyReport,
  scopeOf,
  skippedReport,
  VERSIONS,
} from "../scanners/index.js"
import { packArchives } from "./content.js"
import { engineFailure } from "./engine-failure.js"
import { repositoryFiles } from "./repository-files.js"
import { beforeTool, runTool } from "./scan-tool.js"
import type { RunContext } from "./step.js"

/** Tools side by side: each uses every core it finds. */
const TOOLS_AT_ONCE = 2

/** What to scan. */
export interface ScanRequest {
  source: Directory
  config: Config
  /** Paths of all files of the repository. */
  files: string[]
  run: RunContext
  /** The services to look at; absent: the whole repository. */
  services?: readonly Service[]
  /** Only these tools. Empty: those of pipeline.yaml. */
  tools: readonly string[]
}

/** A scan that was made. */
export interface Scan extends ScanResult {
  /** Findings for GitHub. */
  sarif: () => SarifFile[]
}

/**
 * Runs the tools, each once over all services, and judges what they found.
 *
 * @throws UsageError for what the configuration or the request asks for and can't be had
 */
export async function scan(request: ScanRequest): Promise<Scan> {
  const { source, config, run, files, services } = request
  const today = dayOf(run)
  const { baseline, vex, sarif, timeout } = config.scan
  const { tools, scope, jobs } = jobsOf(request)
  const repository = repositoryFiles(source, files)
  checkFiles(config, files)
  const [busy, idle] = [jobs.filter((job) => job.files.length > 0), jobs.filter(hasNoFile)]
  const archives = packArchives(
    source,
    new Map(busy.map((job) => [archiveOf(job.scanner), job.files])),
  )
  const limit = pLimit(TOOLS_AT_ONCE)
  const cached: string[] = []
  const running = busy.map(({ scanner, ...job }) =>
    limit(async () => {
      try {
        const archive = archives.file(archiveOf(scanner))
        const output = await runTool(scanner, archive, job, { run, today, timeout })
        if (output.cached) cached.push(scanner.name)
        return interpret(scanner, output, job)
      } catch (error) {
        const { reason, tail } = engineFailure(error)
        return incompleteReport(scanner, `could not be run: ${reason}`, tail)
      }
    }),
  )
  const foreign = sarif.map((file) => readForeign(file, request, scope, repository))
  const dockerfiles = tools.policy ? await readDockerfiles(request, repository.read) : new Map()
  const reports = [
    ...(await Promise.all(running)),
    ...(tools.policy ? [policyReport(scope.config, dockerfiles)] : []),
    ...tools.skipped,
    ...idle.map(({ scanner: { name } }) => skippedReport(name, VERSIONS[name], NO_FILE)),
    ...(await Promise.all(foreign)).flat(),
  ].map((report) => scope.withServices(report))
  const texts = await readSources(reports, repository)
  const sources = (file: string) => texts.get(file)
  const read = async (path: string): Promise<TextFile> => ({
    path,
    text: await repository.read(path),
  })
  const assessment = assess(reports, {
    scan: config.scan,
    services: config.services,
    today,
    sources,
    exists: repository.has,
    ...(baseline !== undefined && { baseline: await read(baseline) }),
    vex: await Promise.all(vex.map(read)),
    whole: services === undefined && request.tools.length === 0,
  })
  return {
    assessment,
    cached: cached.sort(),
    lookedAt: new Map(
      busy.map((job) => [job.scanner.name, new Set(job.files.flatMap(scope.servicesOf))]),
    ),
    servicesOf: scope.servicesOf,
    sarif: () => writeSarif(assessment, sources),
  }
}

/** What each tool that runs is to do. */
function jobsOf({ config, files, services, tools: named }: Omit<ScanRequest, "source" | "run">) {
  const { osvUrl, trivyDatabase } = config.scan
  const tools = chooseTools(config.scan, named)
  const scope = scopeOf(config, files, services)
  const jobs = tools.run.map((scanner) => ({
    scanner,
    files: scope.filesOf(scanner),
    ...(osvUrl !== undefined && { osvUrl }),
    ...(scanner.name === "trivy" && trivyDatabase !== undefined && { database: trivyDatabase }),
  }))
  return { tools, scope, jobs }
}

/**
 * The container just before a tool looks at a service's files; `PIPELINE_STEP` runs the tool in it and
 * prints its report.
 *
 * @param tool by name; absent: the first that has a file of the service to look at
 * @throws UsageError for a tool that does not exist or has nothing to look at
 */
export function scanContainer(
  { source, config, files, run }: Omit<ScanRequest, "tools" | "services">,
  service: Service,
  tool?: string,
): Container {
  const { jobs } = jobsOf({ config, files, services: [service], tools: tool ? [tool] : [] })
  const job = jobs.find((each) => each.files.length > 0)
  if (job === undefined)
    throw new UsageError(
      tool
        ? `The tool ${tool} looks at no file of ${service.name} in a container`
        : `No tool looks at a file of ${service.name}`,
    )
  const { scanner } = job
  const archives = packArchives(source, new Map([[archiveOf(scanner), job.files]]))
  return beforeTool(scanner, archives.file(archiveOf(scanner)), job, dayOf(run))
}

/**
 * What can be wrong with a scan before it begins.
 *
 * @throws UsageError
 */
export function checkScan({
  config,
  files,
  run,
}: Pick<ScanRequest, "config" | "files" | "run">): void {
  chooseTools(config.scan, [])
  checkFiles(config, files)
  const { suppressions, maxSuppressionDays } = config.scan
  const errors = suppressionErrors(suppressions, {
    today: dayOf(run),
    maxDays: maxSuppressionDays,
  })
  if (errors.length > 0)
    throw new UsageError(errors.map((line) => `pipeline.yaml: ${line}`).join("\n"))
}

function checkFiles({ scan: { baseline, vex } }: Config, files: readonly string[]): void {
  const named = [...(baseline === undefined ? [] : [baseline]), ...vex]
  const missing = named.find((path) => !files.includes(path))
  if (missing !== undefined)
    throw new UsageError(`pipeline.yaml: scan names ${missing}, and there is no such file`)
}

/** YYYY-MM-DD */
function dayOf({ started }: RunContext): string {
  return started.toISOString().slice(0, 10)
}

function hasNoFile({ files }: { files: readonly string[] }): boolean {
  return files.length === 0
}

function archiveOf({ name }: Scanner): string {
  return `${name}.tar`
}

/** Everything a scan is handed on as: SARIF, the audit file, a summary, and a baseline of now. */
export function scanFolder({ assessment, sarif }: Scan): Directory {
  let folder = dag
    .directory()
    .withNewFile("audit.json", formatAudit(assessment))
    .withNewFile("summary.md", formatSummary(assessment))
    .withNewFile("baseline.json", formatBaseline(assessment.findings.filter(isReported)))
  for (const { name, text } of sarif()) folder = folder.withNewFile(name, text)
  return folder
}

/** SARIF that was made elsewhere. One that isn't there was not made, so nothing is known. */
async function readForeign(
  file: string,
  { config }: ScanRequest,
  scope: Scope,
  repository: RepositoryFiles,
): Promise<ToolReport[]> {
  if (!repository.has(file)) {
    const problems = [`${file} is not there: make it before the scan, or remove it from scan.sarif`]
    return [{ ...emptyReport("sarif", ""), status: "incomplete", problems }]
  }
  const bytes = new TextEncoder().encode(await repository.read(file))
  return readSarif(bytes, {
    file,
    exists: repository.has,
    servicesOf: scope.servicesOf,
    honourSuppressions: config.scan.inlineSuppressions === "allow",
  }).reports
}

async function readDockerfiles(
  { services, config }: ScanRequest,
  read: (path: string) => Promise<string>,
): Promise<Dockerfiles> {
  const paths = new Set((services ?? config.services).flatMap(({ dockerfile }) => dockerfile ?? []))
  const texts = [...paths].map(async (path) => [path, await read(path)] as const)
  return new Map(await Promise.all(texts))
}

/** The texts of the files that findings point at. */
async function readSources(
  reports: readonly ToolReport[],
  repository: RepositoryFiles,
): Promise<ReadonlyMap<string, string>> {
  const places = reports.flatMap(({ findings }) => findings.map(({ place }) => place.file))
  const paths = [...new Set(places)].filter((path) => repository.has(path))
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await repository.read(path)] as const)),
  )
}
