import type { Directory } from "@dagger.io/dagger"
import type { Configuration } from "../run/load-configuration.js"
import { loadConfiguration, PIPELINE_FILE, SERVICES_FILE } from "../run/load-configuration.js"

/** What a repository holds: its configuration, and the paths of its files. */
export interface Repository extends Configuration {
  files: string[]
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
  const [services, pipeline] = await Promise.all(
    [SERVICES_FILE, PIPELINE_FILE].map((name) =>
      present.has(name) ? source.file(name).contents() : undefined,
    ),
  )
  const folders = new Set(paths.map((path) => path.replace(/\/$/, "")).concat("."))
  const configuration = loadConfiguration(
    { services, pipeline },
    { exists: (path) => folders.has(path), isFile: (path) => present.has(path) },
  )
  return { ...configuration, files }
}
