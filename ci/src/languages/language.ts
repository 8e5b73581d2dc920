import type { Container } from "@dagger.io/dagger"
import type { Language, Service } from "../config/index.js"

/** Folder inside a step into which test tools write reports, such as JUnit files. */
export const REPORT_FOLDER = "/.pipeline/out/reports"

/** A command of the preflight stage. */
export interface Check {
  /** What it checks, for the row: "lint", "imports". */
  name: string
  /** Shell command, run in the service's folder. */
  command: string
}

/** How a language's tests report: what makes its test tool write counts, and how to read them. */
export interface TestReport {
  /** Environment that makes the test tool write a report into the step's report folder. */
  env: Record<string, string>
  /** Name of the JUnit file in the report folder, if the tool writes one. */
  junit?: string
}

/**
 * Everything the pipeline knows about a language. A new one is a file like
 * python.ts and a line in the table of index.ts.
 */
export interface LanguageSupport {
  name: Language
  /** Image for a version such as "3.11"; without one, the default's. */
  image(version?: string): string
  /** Globs inside the service's folder of the files that decide what is installed. */
  manifests: readonly string[]
  /** Package caches that survive a changed lock file. */
  caches: readonly { path: string; key: string }[]
  /** Adds tools that do not depend on the service. */
  withTools(container: Container): Container
  /** Installs the service's dependencies; the container holds its manifests only. */
  withDependencies(container: Container, service: Service, manifests: string[]): Container
  /** Makes declared libraries importable. */
  withLibraries(container: Container, libraries: string[]): Container
  /** Commands of the preflight stage, in order. */
  checks(service: Service): Check[]
  testReport: TestReport
}
