import type { Directory } from "@dagger.io/dagger"
import type { Config } from "../config/index.js"
import { checkPaths, formatIssues, parseConfig } from "../config/index.js"
import { UsageError } from "../run/usage-error.js"

export const SERVICES_FILE = "services.json"
export const PIPELINE_FILE = "pipeline.yaml"

/** What a repository holds: its configuration, and the paths of its files. */
export interface Repository {
  config: Config
  files: string[]
  /** Warnings about the configuration, formatted. */
  warnings: string
}

/**
 * Reads and checks the configuration of a repository.
 *
 * @throws UsageError with every problem at once
 */
export async function readRepository(source: Directory): Promise<Repository> {
  const paths = await source.glob("**")
  const files = paths.filter((path) => !path.endsWith("/"))
  const present = new Set(files)
  if (!present.has(SERVICES_FILE)) throw new UsageError(missingServices())
  const [services, pipeline] = await Promise.all([
    source.file(SERVICES_FILE).contents(),
    present.has(PIPELINE_FILE) ? source.file(PIPELINE_FILE).contents() : undefined,
  ])
  const { config, issues, warnings } = parseConfig({
    services: { path: SERVICES_FILE, text: services },
    ...(pipeline !== undefined && { pipeline: { path: PIPELINE_FILE, text: pipeline } }),
  })
  if (!config) throw new UsageError(formatIssues(issues))
  const folders = new Set(paths.map((path) => path.replace(/\/$/, "")).concat("."))
  const wrongPaths = checkPaths(config, {
    exists: (path) => folders.has(path),
    isFile: (path) => present.has(path),
  })
  if (wrongPaths.length > 0) throw new UsageError(formatIssues(wrongPaths))
  return { config, files, warnings: warnings.length > 0 ? formatIssues(warnings) : "" }
}

function missingServices(): string {
  return [
    `${SERVICES_FILE}: there is no such file at the root of the repository`,
    "next: list your services in it, one object each, for example",
    '  [{"name": "api", "path": "services/api", "dockerfile": "Dockerfile", "language": "python", "test_command": "pytest tests"}]',
  ].join("\n")
}
