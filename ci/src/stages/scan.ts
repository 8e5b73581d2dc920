import { dag, Container, Directory } from "@dagger.io/dagger"
import pLimit from "p-limit"
import type { Config, Service } from "../config/index.js"
import type { SarifFile, SarifReading, Sbom, TextFile, ToolReport } from "../findings/index.js"
import {
  assess,
  emptyReport,
  formatAudit,
  formatBaseline,
  formatSummary,
  isReported,
  NO_FILE,
  readSarif,
  reportName,
  sizeProblem,
  LARGEST_SARIF,
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
import { packArchives, packContent } from "./content.js"
import { engineFailure } from "./engine-failure.js"
import { repositoryFiles } from "./repository-files.js"
import type { Carried } from "./kept-findings.js"
import { carryForward, keepFindings } from "./kept-findings.js"
import { beforeTool, runTool } from "./scan-tool.js"
import type { RunContext } from "./step.js"

const MOST_REPAIRS = 10

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
  /** Services that are as they were: what earlier scans found in them is carried forward. */
  unchanged?: readonly Service[]
  /** What tells a service's files from others, where that is known already. */
  digestOf?: (service: Service) => Promise<string>
  /** Looks at what is no file of the checkout, beside the tools: images, git's history. */
  beside?: (scope: Scope) => Promise<BesideReport[]>
}

/** A report on something else than the files of the checkout. */
export interface BesideReport {
  report: ToolReport
  cached: boolean
  /** The bills of materials of a service's image, and the path that they are kept under. */
  sbom?: Sbom & { file: string }
}

/** A scan that was made. */
export interface Scan extends ScanResult {
  /** Findings for GitHub. */
  sarif: () => SarifFile[]
  /** Bills of materials of images, by the name of their service; of several platforms, with theirs. */
  sboms: ReadonlyMap<string, Sbom>
  /** The same scan with further reports, judged as one. */
  with: (reports: readonly BesideReport[]) => Promise<Scan>
}

/**
 * Runs the tools, each once over all services, and judges what they found.
 *
 * @throws UsageError for what the configuration or the request asks for and can't be had
 */
export async function scan(request: ScanRequest): Promise<Scan> {
  const { source, config, run, files, services } = request
  const today = dayOf(run)
  const { sarif, timeout } = config.scan
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
  const [made, beside] = await Promise.all([Promise.all(running), request.beside?.(scope) ?? []])
  const readings = await Promise.all(foreign)
  const found = [
    ...made,
    ...(tools.policy ? [policyReport(scope.config, dockerfiles)] : []),
    ...tools.skipped,
    ...idle.map(({ scanner: { name } }) => skippedReport(name, VERSIONS[name], NO_FILE)),
    ...readings.flatMap(({ reports }) => reports),
  ].map((report) => scope.withServices(report))
  const facts = {
    cached,
    lookedAt: new Map(
      busy.map((job) => [job.scanner.name, new Set(job.files.flatMap(scope.servicesOf))]),
    ),
    servicesOf: scope.servicesOf,
  }
  const whole = services === undefined && request.tools.length === 0
  const { reports, ...carried } = await withOthers(found, request, facts)
  const notes = [...repairNotes(readings.flatMap(({ repairs }) => repairs)), ...carried.notes]
  const { services: known } = carried
  return judge(
    { reports, beside, ...facts, carried: known, notes },
    { config, run, repository, whole },
  )
}

/** Keeps what was found, and adds what is known of the services that were not looked at. */
async function withOthers(
  found: readonly ToolReport[],
  { source, files, config, run, services = config.services, unchanged = [], ...rest }: ScanRequest,
  { lookedAt, servicesOf }: Pick<Found, "lookedAt" | "servicesOf">,
): Promise<Carried> {
  const { digestOf = packContent(source, files, config, config.services).digestOf } = rest
  const tools = new Set([...lookedAt.keys(), "policy"])
  const carry = { config, digestOf: onceEach(digestOf), today: dayOf(run), servicesOf, tools }
  const [result] = await Promise.all([
    carryForward(found, unchanged, carry).catch((error: unknown) => {
      const note = `what earlier scans found can't be read: ${engineFailure(error).reason}`
      return { reports: [...found], services: [], notes: [note] }
    }),
    // To fail here costs a later scan of some services what it would know of the others.
    keepFindings(found, services, carry).catch(() => {}),
  ])
  return result
}

/** Every tool asks for the digest of every service, and each takes a few questions to the engine. */
function onceEach(
  digestOf: (service: Service) => Promise<string>,
): (service: Service) => Promise<string> {
  const known = new Map<string, Promise<string>>()
  return (service) => {
    const digest = known.get(service.name) ?? digestOf(service)
    known.set(service.name, digest)
    return digest
  }
}

/** What was found, not judged yet. */
interface Found extends Omit<ScanResult, "assessment"> {
  /** On the files of the checkout. */
  reports: readonly ToolReport[]
  beside: readonly BesideReport[]
  /** Names of the services whose findings come from an earlier scan. */
  carried?: readonly string[]
  /** What else is to be said, one line each. */
  notes?: readonly string[]
}

type JudgeContext = Pick<ScanRequest, "config" | "run"> & {
  repository: RepositoryFiles
  /** Every tool looked at every service. */
  whole: boolean
}

/** Judges reports on something else than the files of the checkout, such as one service's image. */
export function judgeBeside(
  beside: readonly BesideReport[],
  context: Omit<JudgeContext, "whole">,
): Promise<Scan> {
  const lookedAt = new Map(
    beside.map(({ report }) => [reportName(report), new Set(report.services)]),
  )
  const found = { reports: [], beside, cached: [], lookedAt, servicesOf: () => [] }
  return judge(found, { ...context, whole: false })
}

async function judge(found: Found, context: JudgeContext): Promise<Scan> {
  const { config, run, repository, whole } = context
  const { baseline, vex } = config.scan
  const reports = [...found.reports, ...found.beside.map(({ report }) => report)]
  const texts = await readSources(reports, repository)
  const sources = (file: string) => texts.get(file)
  const read = async (path: string): Promise<TextFile> => ({
    path,
    text: await repository.read(path),
  })
  const assessment = assess(reports, {
    scan: config.scan,
    services: config.services,
    today: dayOf(run),
    sources,
    exists: repository.has,
    ...(baseline !== undefined && { baseline: await read(baseline) }),
    vex: await Promise.all(vex.map(read)),
    whole,
    ...(found.carried && { carried: found.carried }),
  })
  assessment.notes.push(...(found.notes ?? []))
  const cachedBeside = found.beside.filter((one) => one.cached)
  return {
    assessment,
    cached: [...found.cached, ...cachedBeside.map(({ report }) => reportName(report))].sort(),
    lookedAt: found.lookedAt,
    servicesOf: found.servicesOf,
    sboms: new Map(found.beside.flatMap(({ sbom }) => (sbom ? [[sbom.file, sbom] as const] : []))),
    sarif: () => writeSarif(assessment, sources),
    with: (more) => judge({ ...found, beside: [...found.beside, ...more] }, context),
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

/**
 * Everything a scan is handed on as: SARIF, the audit file, a summary, a baseline of now, and the
 * bills of materials of images.
 */
export function scanFolder({ assessment, sarif, sboms }: Scan): Directory {
  let folder = dag
    .directory()
    .withNewFile("audit.json", formatAudit(assessment))
    .withNewFile("summary.md", formatSummary(assessment))
    .withNewFile("baseline.json", formatBaseline(assessment.findings.filter(isReported)))
  for (const { name, text } of sarif()) folder = folder.withNewFile(name, text)
  for (const [name, { cyclonedx, spdx }] of sboms)
    folder = folder
      .withNewFile(`sbom/${name}.cyclonedx.json`, cyclonedx)
      .withNewFile(`sbom/${name}.spdx.json`, spdx)
  return folder
}

/** SARIF that was made elsewhere. One that isn't there was not made, so nothing is known. */
async function readForeign(
  file: string,
  { config, source }: ScanRequest,
  scope: Scope,
  repository: RepositoryFiles,
): Promise<SarifReading> {
  if (!repository.has(file))
    return refusedSarif(
      `${file} is not there: make it before the scan, or remove it from scan.sarif`,
    )
  const size = await source.file(file).size()
  // Asked before it is read: whole, it would take more memory than this program has.
  if (size > LARGEST_SARIF) return refusedSarif(`${file} ${sizeProblem(size)}`)
  const bytes = new TextEncoder().encode(await repository.read(file))
  return readSarif(bytes, {
    file,
    exists: repository.has,
    servicesOf: scope.servicesOf,
    honourSuppressions: config.scan.inlineSuppressions === "allow",
  })
}

function refusedSarif(problem: string): SarifReading {
  const report = { ...emptyReport("sarif", ""), status: "incomplete" as const }
  return { reports: [{ ...report, problems: [problem] }], repairs: [] }
}

/** What was mended in files that were made elsewhere: enough of it to find the cause. */
function repairNotes(repairs: readonly string[]): string[] {
  const hidden = repairs.length - MOST_REPAIRS
  return [
    ...repairs.slice(0, MOST_REPAIRS).map((line) => `repaired: ${line}`),
    ...(hidden > 0 ? [`repaired: ... and ${hidden} more of the kind`] : []),
  ]
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
