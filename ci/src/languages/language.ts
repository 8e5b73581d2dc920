import type { Container } from "@dagger.io/dagger"
import type { Language, Service } from "../config/index.js"
import type { CheckCommand } from "../run/checks.js"
import type { RepositoryFiles } from "./repository-files.js"

/** Folder inside a step into which test tools write reports, such as JUnit files. */
export const REPORT_FOLDER = "/.pipeline/out/reports"

/** Where the repository lies in a step. */
export const SOURCE_FOLDER = "/src"

/** Folder inside a step with what splits its tests into shards. */
export const SHARD_FOLDER = "/.pipeline-shard"

/** Where the pipeline's own programs lie in a preflight step. */
export const PROGRAM_FOLDER = "/opt/pipeline"

/** A service as its language sees it. */
export interface Project {
  service: Service
  /** Folders of the libraries and services that it depends on, deep, from the repository's root. */
  libraries: readonly string[]
  files: RepositoryFiles
}

/** One layer of dependencies: everything that decides what it holds. */
export interface DependencyStep {
  /** What the installation reads: texts by absolute path in the container. */
  files: Readonly<Record<string, string>>
  /** Folder in which the script runs. */
  folder: string
  /** Shell script, run with `set -e`; empty when there is nothing to install. */
  script: string
}

/** How a service's dependencies are installed. */
export interface DependencyPlan extends DependencyStep {
  /** The file that names the dependencies, from the repository's root; undefined when none does. */
  manifest?: string
  /** Whether what is shipped needs packages; absent where only the program that made a lock can tell. */
  shipsPackages?: boolean
  /** Programs of the pipeline that the script runs, in PROGRAM_FOLDER; paths beside this file. */
  programs: readonly string[]
  /** A layer below, which services share whose other dependencies differ; absent when there is none. */
  first?: DependencyStep
  /** What is wrong with the manifests, each with file, line and next step. Then nothing is installed. */
  problems: readonly string[]
  /** What a developer should know although the installation goes on. */
  warnings: readonly string[]
}

/** What preflight runs for a service. */
export interface Preflight {
  /** Programs of the pipeline that the checks run, in PROGRAM_FOLDER; paths beside this file. */
  programs: readonly string[]
  /** Run in the service's folder. */
  checks: readonly CheckCommand[]
  /** Configuration of the checks from outside the service's folder: texts by path from the repository's root. */
  files: Readonly<Record<string, string>>
}

/** How a language's tests report, stop and are split. */
export interface TestReport {
  /**
   * Environment that makes the test tool write a report into the step's report folder. Variables
   * that hold lists of options: what a service sets itself is added behind.
   */
  env: Record<string, string>
  /** The signal at which a program that hangs says where, such as "ABRT"; "TERM" if absent. */
  signal?: string
  /** Lines of output that are no help when tests fail, such as the test tool's own frames of a stack. */
  noise?: RegExp
  /** Makes the test tool run the part of PIPELINE_SHARD ("2/3"); absent: the command has to do it. */
  withShard?(container: Container): Container | Promise<Container>
}

/** The image of a service that has no Dockerfile. */
export interface StandardImage {
  /** What it is built on, for a version such as "3.11"; without one, the default's. */
  base(version?: string): string
  /**
   * Shell script that puts what the image adds to its base into the folder `$out`, run with
   * `set -e` in the service's folder, beside its installed dependencies.
   */
  script: string
  /** Folder of programs, in front of the base's own. */
  path: string
  /** Adds what the program needs to find its libraries. */
  withEnvironment(container: Container, libraries: readonly string[]): Container
}

/**
 * Everything the pipeline knows about a language. A new one is a file like
 * python.ts and a line in the table of index.ts.
 */
export interface LanguageSupport {
  name: Language
  /** Image for a version such as "3.11"; without one, the default's. */
  image(version?: string): string
  /** Package caches that survive a changed lock file. */
  caches: readonly { path: string; key: string }[]
  /** Adds tools that do not depend on the service. */
  withTools(container: Container): Container
  /** Whether packages are installed among the service's own files, below SOURCE_FOLDER. */
  installsAmongFiles?: true
  /** Reads the service's manifests and says what they install. */
  dependencies(project: Project): Promise<DependencyPlan>
  /** Makes installed dependencies and declared libraries usable by the service's commands. */
  withEnvironment(container: Container, libraries: readonly string[]): Container
  /** What preflight runs, in order. */
  preflight(project: Project, plan: DependencyPlan): Promise<Preflight>
  testReport: TestReport
  standardImage: StandardImage
}
