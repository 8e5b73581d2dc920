import type { Config, PathFacts } from "../config/index.js"
import { checkPaths, formatIssues, parseConfig } from "../config/index.js"
import { UsageError } from "./usage-error.js"

/** The files that hold a repository's configuration, at its root. */
export const SERVICES_FILE = "services.json"
export const PIPELINE_FILE = "pipeline.yaml"

/** The texts of the configuration files; undefined for a file that does not exist. */
export interface ConfigurationTexts {
  services: string | undefined
  pipeline: string | undefined
}

/** A configuration without errors. */
export interface Configuration {
  config: Config
  /** Formatted; empty when there are none. */
  warnings: string
}

/**
 * Checks the configuration of a repository, and that the paths it names exist.
 *
 * @throws UsageError with every problem at once
 */
export function loadConfiguration(
  { services, pipeline }: ConfigurationTexts,
  paths: PathFacts,
): Configuration {
  if (services === undefined) throw new UsageError(missingServices())
  const { config, issues, warnings } = parseConfig({
    services: { path: SERVICES_FILE, text: services },
    ...(pipeline !== undefined && { pipeline: { path: PIPELINE_FILE, text: pipeline } }),
  })
  if (!config) throw new UsageError(formatIssues(issues))
  const wrongPaths = checkPaths(config, paths)
  if (wrongPaths.length > 0) throw new UsageError(formatIssues(wrongPaths))
  return { config, warnings: warnings.length > 0 ? formatIssues(warnings) : "" }
}

function missingServices(): string {
  return [
    `${SERVICES_FILE}: there is no such file at the root of the repository`,
    "next: list your services in it, one object each, for example",
    '  [{"name": "api", "path": "services/api", "dockerfile": "Dockerfile", "language": "python", "test_command": "pytest tests"}]',
  ].join("\n")
}
