import { CacheSharingMode, Container, dag } from "@dagger.io/dagger"
import type { Config, Service } from "../config/index.js"
import type { KeptFindings, ToolReport } from "../findings/index.js"
import { carryKey, keptFindings, sortedUnique, withKept } from "../findings/index.js"
import { IMAGES } from "./images.js"
import { moduleDigest } from "./module-folder.js"

/**
 * Findings that the engine keeps, by what they were found in. A scan of some services takes those of
 * the others from here.
 */

const FOLDER = "/findings"
const DAYS = 60
const MOST_NAMES = 3
/** Prints what is kept under the names of a list, one a line; what is used stays. */
const LOAD = `cd ${FOLDER} && while read -r key; do [ -f "$key" ] || continue; touch "$key"; cat "$key"; echo; done < /wanted`
/** Writes each line of a file under its own name, whole or not at all. */
const STORE = `
const fs = require("node:fs")
process.chdir("${FOLDER}")
for (const line of fs.readFileSync("/new", "utf8").split("\\n").filter(Boolean)) {
  const part = ".part." + process.pid
  fs.writeFileSync(part, line)
  fs.renameSync(part, JSON.parse(line).key)
}
for (const name of fs.readdirSync("."))
  if (Date.now() - fs.statSync(name).mtimeMs > ${DAYS} * 86400000) fs.rmSync(name, { force: true })
`

/** What a scan of some services has to do with the others. */
export interface CarryRequest {
  config: Config
  /** What tells a service's files from others. */
  digestOf: (service: Service) => Promise<string>
  /** YYYY-MM-DD */
  today: string
  /** Names of the tools that were given files. */
  tools: ReadonlySet<string>
  /** Names of the services that a file concerns. */
  servicesOf: (file: string) => readonly string[]
}

/** What is known of services that were not looked at. */
export interface Carried {
  reports: ToolReport[]
  /** Names of the services whose findings come from an earlier scan. */
  services: string[]
  /** What is not known, one line a tool. */
  notes: string[]
}

/** Adds to reports of some services what earlier scans found in the others, where those are the same. */
export async function carryForward(
  reports: readonly ToolReport[],
  others: readonly Service[],
  request: CarryRequest,
): Promise<Carried> {
  const wanted = await Promise.all(
    reports
      .filter((report) => isCarried(report, request))
      .flatMap((report) =>
        looking(report, others).map(async (service) => ({
          report,
          service,
          key: await keyOf(report, service, request),
        })),
      ),
  )
  if (wanted.length === 0) return { reports: [...reports], services: [], notes: [] }
  const kept = await load(wanted.map(({ key }) => key)).catch(() => new Map<string, KeptFindings>())
  const missing = new Map<string, string[]>()
  for (const { report, service, key } of wanted)
    if (!kept.has(key))
      missing.set(service.name, [...(missing.get(service.name) ?? []), report.tool])
  return {
    reports: reports.map((report) =>
      withKept(
        report,
        wanted.flatMap((one) => (one.report === report ? (kept.get(one.key) ?? []) : [])),
      ),
    ),
    services: others.map(({ name }) => name),
    notes: missingNote(missing),
  }
}

/** Keeps what was found in services, for scans of others to come. A failure costs only that. */
export async function keepFindings(
  reports: readonly ToolReport[],
  services: readonly Service[],
  request: CarryRequest,
): Promise<void> {
  // A service without a file for a tool is one in which it finds nothing, which is worth knowing too.
  const all = await Promise.all(
    reports
      .filter((report) => isCarried(report, request))
      .flatMap((report) =>
        looking(report, services).map(async (service) => {
          const key = await keyOf(report, service, request)
          return keptFindings(report, service.name, key, request.servicesOf)
        }),
      ),
  )
  const lines = all.flatMap((kept) => (kept === undefined ? [] : JSON.stringify(kept)))
  if (lines.length === 0) return
  // Not the time: what was kept before in the same words needs no step.
  await volume({ MONTH: request.today.slice(0, 7) })
    .withMountedFile("/new", textFile(lines))
    .withExec(["node", "-e", STORE])
    .sync()
}

/** The services that a tool looks at. */
function looking({ tool: name }: ToolReport, services: readonly Service[]): Service[] {
  return services.filter(({ scan }) => !scan.skip.some(({ tool }) => tool === name))
}

/** Reports of the pipeline's own tools, and not what was made elsewhere, of the whole repository. */
function isCarried({ status, tool }: ToolReport, { tools }: CarryRequest): boolean {
  return status !== "skipped" && tools.has(tool)
}

async function keyOf(
  { tool, databases }: ToolReport,
  service: Service,
  { config, digestOf, today }: CarryRequest,
): Promise<string> {
  const { ignore, osvUrl = "" } = config.scan
  const [content, program] = await Promise.all([digestOf(service), programDigest()])
  return carryKey({
    ...{ tool, program, content, ignored: ignore },
    databases: databases.map(({ name, updated, digest }) =>
      updated === undefined ? `${name} ${osvUrl} ${today}` : `${name} ${digest ?? updated}`,
    ),
  })
}

let digest: Promise<string> | undefined

function programDigest(): Promise<string> {
  digest ??= moduleDigest(["src", "rules", "scanners"])
  return digest
}

async function load(keys: readonly string[]): Promise<Map<string, KeptFindings>> {
  const text = await volume({ NOW: new Date().toISOString() })
    .withMountedFile("/wanted", textFile(keys))
    .withExec(["sh", "-c", LOAD])
    .stdout()
  const lines = text.split("\n").filter((line) => line !== "")
  return new Map(
    lines.map((line) => JSON.parse(line) as KeptFindings).map((kept) => [kept.key, kept] as const),
  )
}

function textFile(lines: readonly string[]) {
  return dag
    .directory()
    .withNewFile("lines", `${lines.join("\n")}\n`)
    .file("lines")
}

/** @param variable what else tells one step from another */
function volume(variable: Readonly<Record<string, string>>): Container {
  const container = dag
    .container()
    .from(IMAGES.tools)
    .withMountedCache(FOLDER, dag.cacheVolume("pipeline-findings"), {
      sharing: CacheSharingMode.Shared,
    })
  return Object.entries(variable).reduce(
    (before, [name, value]) => before.withEnvVariable(name, value),
    container,
  )
}

/** @param missing names of tools, by the name of the service whose findings are not known */
function missingNote(missing: ReadonlyMap<string, readonly string[]>): string[] {
  const names = [...missing.keys()]
  if (names.length === 0) return []
  const tools = sortedUnique([...missing.values()].flat()).join(", ")
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ""
  return [
    `what ${tools} would find in ${names.slice(0, MOST_NAMES).join(", ")}${more}, which did not change, is not known here: a scan of everything brings it into reports`,
  ]
}
