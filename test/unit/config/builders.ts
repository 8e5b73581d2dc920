import { parseConfig } from "../../../ci/src/config/index.js"
import type { Config, ConfigIssue, ConfigResult } from "../../../ci/src/config/index.js"

/** A service entry as people write it, complete, with some keys changed. */
export function service(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const name = typeof changes.name === "string" ? changes.name : "api"
  return {
    name,
    path: `services/${name}`,
    language: "python",
    test_command: "pytest tests",
    ...changes,
  }
}

/** Reads a services.json value and the text of a pipeline.yaml. */
export function parse(services: unknown, yaml?: string): ConfigResult {
  return parseText(JSON.stringify(services, null, 2), yaml)
}

/** Reads the texts of both files. */
export function parseText(text: string, yaml?: string): ConfigResult {
  return parseConfig({
    services: { path: "services.json", text },
    ...(yaml !== undefined && { pipeline: { path: "pipeline.yaml", text: yaml } }),
  })
}

/** The configuration of files that must be right. */
export function configOf(services: unknown, yaml?: string): Config {
  const { config, issues } = parse(services, yaml)
  if (!config) throw new Error(lines(issues).join("\n"))
  return config
}

/** Issues as "path: message". */
export function lines(issues: ConfigIssue[]): string[] {
  return issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`))
}
