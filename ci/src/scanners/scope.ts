import { compileGlobList } from "../changes/globs.js"
import type { Config, Service } from "../config/index.js"
import type { ToolReport } from "../findings/index.js"
import { deepDependencies } from "../run/dependencies.js"
import type { Scanner } from "./scanner.js"

/** Which files a scan is about, and whose they are. */
export interface Scope {
  /** The files for a tool, sorted. */
  filesOf: (scanner: Scanner) => string[]
  /** Names of the services that a file concerns. */
  servicesOf: (file: string) => string[]
  /** Fills in whom the findings of a report concern. */
  withServices: (report: ToolReport) => ToolReport
  /** The configuration with only the services that are looked at. */
  config: Config
}

/**
 * Finds out which files a scan looks at.
 *
 * @param files paths of all files of the repository
 * @param services those to look at; absent: the whole repository
 */
export function scopeOf(
  config: Config,
  files: readonly string[],
  services?: readonly Service[],
): Scope {
  const chosen = services ?? config.services
  const owners = chosen.map((service) => ({
    service,
    folders: [service, ...deepDependencies(config, service.name)].map(({ path }) => path),
  }))
  const concerns = (file: string, { service, folders }: (typeof owners)[number]) =>
    file === service.dockerfile || folders.some((folder) => isInside(file, folder))
  const known = new Map<string, readonly Service[]>()
  const ownersOf = (file: string) => {
    const own =
      known.get(file) ??
      owners.filter((owner) => concerns(file, owner)).map(({ service }) => service)
    known.set(file, own)
    return own
  }
  const servicesOf = (file: string) => ownersOf(file).map(({ name }) => name)
  const ignored = compileGlobList(config.scan.ignore)
  const inScope = files.filter(
    (file) => ignored.match(file) === null && (services === undefined || ownersOf(file).length > 0),
  )
  const shape = {
    files: new Set(files),
    services: new Set(config.services.map(({ path }) => path)),
  }
  const skips = (service: Service, tool: string) =>
    service.scan.skip.some((entry) => entry.tool === tool)
  return {
    servicesOf,
    config: { ...config, services: [...chosen] },
    filesOf: ({ name, looksAt }) =>
      inScope
        .filter((file) => looksAt(file, shape))
        .filter((file) => {
          const own = ownersOf(file)
          return own.length === 0 || own.some((service) => !skips(service, name))
        })
        .sort(),
    /** Fills in whom the findings of a report concern. */
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
