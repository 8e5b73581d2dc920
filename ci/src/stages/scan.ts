import { dag, Directory } from "@dagger.io/dagger"
import pLimit from "p-limit"
import { compileGlobList } from "../changes/globs.js"
import type { Config, Service } from "../config/index.js"
import type { Assessment, SarifFile, TextFile, ToolReport } from "../findings/index.js"
import {
  assess,
  emptyReport,
  formatAudit,
  formatBaseline,
  formatSummary,
  isReported,
  readSarif,
  writeSarif,
} from "../findings/index.js"
import type { RepositoryFiles } from "../languages/index.js"
import { deepDependencies } from "../run/dependencies.js"
import { UsageError } from "../run/usage-error.js"
import type { Dockerfiles, Scanner } from "../scanners/index.js"
import {
  incompleteReport,
  interpret,
  policyReport,
  SCANNERS,
  skippedReport,
  UNAVAILABLE,
} from "../scanners/index.js"
import { packArchives, unpack } from "./content.js"
import { engineFailure } from "./engine-failure.js"
import { repositoryFiles } from "./repository-files.js"
import { runTool } from "./scan-tool.js"
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
export interface Scan {
  assessment: Assessment
  sarif: SarifFile[]
  /** Tools whose findings were reused from an earlier run of the same files. */
  cached: string[]
}

/** Tools that build for minutes when they are first needed: only where they are asked for. */
const ON_REQUEST = ["trivy", "trufflehog"]

/** Runs the tools, each once over all services, and judges what they found. */
export async function scan(request: ScanRequest): Promise<Scan> {
  const { source, config, run, files } = request
  const today = run.started.toISOString().slice(0, 10)
  const { baseline, vex, sarif } = config.scan
  const names = chosenTools(request)
  const scope = scopeOf(request)
  const repository = repositoryFiles(source, files)
  const jobs = names.flatMap((name) => {
    const scanner = SCANNERS[name as keyof typeof SCANNERS]
    const own = scanner ? scope.filesOf(scanner) : []
    return scanner && own.length > 0 ? [{ scanner, files: own }] : []
  })
  const archives = packArchives(
    source,
    new Map(jobs.map((job) => [`${job.scanner.name}.tar`, job.files])),
  )
  const busy = new Set(jobs.map(({ scanner }) => scanner.name as string))
  const idle = new Set(Object.keys(SCANNERS).filter((name) => !busy.has(name)))
  const limit = pLimit(TOOLS_AT_ONCE)
  const cached: string[] = []
  const running = jobs.map(({ scanner, files: own }) =>
    limit(async () => {
      if (config.scan.offline && scanner.needs.includes("network") && !config.scan.osvUrl)
        return incompleteReport(scanner, "needs the network, and scan.offline is set", [])
      const { osvUrl } = config.scan
      const job = { files: own, servicesOf: scope.servicesOf, ...(osvUrl && { osvUrl }) }
      try {
        const tree = unpack([archives.file(`${scanner.name}.tar`)])
        const output = await runTool(scanner, tree, job, { run, today })
        if (output.cached) cached.push(scanner.name)
        return interpret(scanner, output, job)
      } catch (error) {
        const { reason, tail } = engineFailure(error)
        return incompleteReport(scanner, `could not be run: ${reason}`, tail)
      }
    }),
  )
  const missing = [...(baseline === undefined ? [] : [baseline]), ...vex].find(
    (path) => !repository.has(path),
  )
  if (missing !== undefined)
    throw new UsageError(`pipeline.yaml: scan names ${missing}, and there is no such file`)
  const read = async (path: string): Promise<TextFile> => ({
    path,
    text: await repository.read(path),
  })
  const dockerfiles = names.includes("policy")
    ? await readDockerfiles(request, repository.read)
    : new Map()
  const foreign = await Promise.all(
    sarif.map((file) => readForeign(file, request, scope, repository)),
  )
  const reports = [
    ...(await Promise.all(running)),
    ...(names.includes("policy") ? [policyReport(scope.config, dockerfiles)] : []),
    ...names.flatMap((name) => {
      const reason = UNAVAILABLE[name] ?? (idle.has(name) ? "there is no file for it" : undefined)
      return reason === undefined ? [] : [skippedReport(name, "", reason)]
    }),
    ...foreign.flat(),
  ].map((report) => scope.withServices(report))
  const texts = await readSources(reports, repository)
  const sources = (file: string) => texts.get(file)
  const assessment = assess(reports, {
    scan: config.scan,
    services: config.services,
    today,
    sources,
    exists: repository.has,
    ...(baseline !== undefined && { baseline: await read(baseline) }),
    vex: await Promise.all(vex.map(read)),
    whole: request.services === undefined && request.tools.length === 0,
  })
  return { assessment, sarif: writeSarif(assessment, sources), cached: cached.sort() }
}

/** Everything a scan is handed on as: SARIF, the audit file, a summary, and a baseline of now. */
export function scanFolder({ assessment, sarif }: Scan): Directory {
  let folder = dag
    .directory()
    .withNewFile("audit.json", formatAudit(assessment))
    .withNewFile("summary.md", formatSummary(assessment))
    .withNewFile("baseline.json", formatBaseline(assessment.findings.filter(isReported)))
  for (const { name, text } of sarif) folder = folder.withNewFile(name, text)
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

function chosenTools({ tools, config }: ScanRequest): string[] {
  const known = ["policy", ...Object.keys(SCANNERS), ...Object.keys(UNAVAILABLE)]
  const unknown = tools.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new UsageError(
      `--tool=${unknown}: there is no such tool. The tools are ${known.join(", ")}`,
    )
  if (tools.length > 0) return [...tools]
  if (config.scan.tools) return config.scan.tools
  return known.filter((name) => !ON_REQUEST.includes(name))
}

/** Which files a scan is about, and whose they are. */
interface Scope {
  filesOf: (scanner: Scanner) => string[]
  servicesOf: (file: string) => string[]
  withServices: (report: ToolReport) => ToolReport
  /** The configuration with only the services that are looked at. */
  config: Config
}

function scopeOf({ config, files, services }: ScanRequest): Scope {
  const chosen = services ?? config.services
  const owners = chosen.map((service) => ({
    service,
    folders: [service, ...deepDependencies(config, service.name)].map(({ path }) => path),
  }))
  const concerns = (file: string, { service, folders }: (typeof owners)[number]) =>
    file === service.dockerfile || folders.some((folder) => isInside(file, folder))
  const ignored = compileGlobList(config.scan.ignore)
  const inScope = files.filter(
    (file) =>
      ignored.match(file) === null &&
      (services === undefined || owners.some((owner) => concerns(file, owner))),
  )
  const servicesOf = (file: string) =>
    owners.filter((owner) => concerns(file, owner)).map(({ service }) => service.name)
  const skips = (service: Service, tool: string) =>
    service.scan.skip.some((entry) => entry.tool === tool)
  return {
    servicesOf,
    config: { ...config, services: [...chosen] },
    filesOf: ({ name, looksAt }) =>
      inScope
        .filter(looksAt)
        .filter((file) => {
          const own = owners.filter((owner) => concerns(file, owner))
          return own.length === 0 || own.some(({ service }) => !skips(service, name))
        })
        .sort(),
    withServices: (report) => ({
      ...report,
      findings: report.findings.map((finding) =>
        finding.services.length > 0
          ? finding
          : { ...finding, services: servicesOf(finding.place.file) },
      ),
    }),
  }
}

function isInside(file: string, folder: string): boolean {
  return folder === "." || file.startsWith(`${folder}/`)
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
