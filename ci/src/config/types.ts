/**
 * The configuration as the rest of the program sees it: normalised, complete, and plain data.
 *
 * Every path is relative to the repository's root, written with `/`, without `./` in front or a `/`
 * behind; the root itself is ".". Every default is filled in. `services.json` and `pipeline.yaml`
 * spell keys in snake_case; here they are camelCase.
 */

/** The languages a service can be written in. */
export const LANGUAGES = ["python", "node", "go"] as const

/** The language of a service: picks base image, dependency layer, lint and test wrapper. */
export type Language = (typeof LANGUAGES)[number]

/** Everything the two configuration files say, normalised. */
export interface Config {
  /** In the order of `services.json`. */
  services: Service[]
  /** In the order of `services.json`. */
  libraries: Library[]
  /** In the order of `services.json`. */
  integration: Integration[]
  changes: Changes
  /** Keyed by the tag exactly as a Dockerfile writes it, for example "python:3.11-slim". */
  images: Record<string, ImagePin>
  /** The built-in ones with the changes of `pipeline.yaml` applied, and the ones it adds. */
  backingServices: Record<string, BackingService>
  /** Upper limit of services worked on side by side; absent means: from the engine's size. */
  jobs?: number
  build: RepositoryBuild
  scan: Scan
  /** Deployment environments by name. */
  environments: Record<string, Environment>
  /** The files this came from. */
  files: ConfigFiles
  /**
   * Where things are written, by key path: "services[0]", "services[0].path", "libraries[1].name",
   * "changes". Entries and their direct keys only. Kept apart from the entries, so that two
   * configurations can be compared by meaning however their files are formatted. Worked out anew at
   * every access: keep it for a loop.
   */
  origins: Record<string, Origin>
}

/** The configuration files that were read. */
export interface ConfigFiles {
  services: string
  pipeline?: string
}

/** A place in a configuration file. */
export interface Origin {
  file: string
  /** Counted from 1. */
  line: number
  /** Counted from 1. */
  column: number
}

/** One deployable service. */
export interface Service {
  name: string
  /** Folder of the service. */
  path: string
  /** Relative to the repository's root. Absent: the standard image of the language, if `build.command` says what it runs. */
  dockerfile?: string
  language: Language
  /** Such as "3.11"; absent means the language's default. */
  languageVersion?: string
  /** Shell command, run in the service's folder. */
  testCommand: string
  /** Names of services or libraries, without repetitions. Cycles are possible. */
  dependsOn: string[]
  /** Globs from the repository's root; "!" in front excludes. */
  inputs: string[]
  /** Globs inside `path`; "!" in front excludes. */
  ignore: string[]
  /** Backing services that run beside tests and smoke test. */
  needs: Need[]
  health?: Health
  build: Build
  contract?: Contract
  /** Files that a command makes from others, and that are kept in git. */
  generated: Generated[]
  load?: Load
  test: TestOptions
  scan: ServiceScan
  deploy: ServiceDeploy
  /** Selected in every run, whatever changed. */
  always: boolean
}

/** Files that are kept in git although a command makes them. */
export interface Generated {
  /** Shell command, run in the service's folder. */
  command: string
  /** Files and folders, relative to the repository's root. */
  files: string[]
}

/** A backing service that a service asks for. */
export interface Need {
  /** A key of `Config.backingServices`. */
  name: string
  /**
   * Environment variables for the service under test, with {host}, {port} and the backing service's
   * variables still in braces (see `fillTemplate`). Already the backing service's `provides` when
   * the service did not name its own.
   */
  env: Record<string, string>
}

/** How a running container shows that it is healthy, and what is expected of it besides. */
export type Health = (HttpHealth | TcpHealth | GrpcHealth | CommandHealth) & {
  /** Seconds until the container must be healthy. */
  timeout: number
  /** Seconds that it has to end after SIGTERM. */
  grace: number
  /** Whether it may run as root. */
  allowRoot: boolean
}

/** An HTTP request to the container that must be answered with a 2xx status. */
export interface HttpHealth {
  kind: "http"
  port: number
  path: string
}

/** A port that accepts connections. */
export interface TcpHealth {
  kind: "tcp"
  port: number
}

/** The gRPC health protocol, asked about the server as a whole. */
export interface GrpcHealth {
  kind: "grpc"
  port: number
}

/** A command inside the running container that must exit with 0. */
export interface CommandHealth {
  kind: "command"
  command: string
}

/** How a service's image is built. */
export interface Build {
  /** What a Dockerfile's COPY can see: the service's folder or the whole repository. */
  context: "service" | "repository"
  /** What the standard image runs; absent means that there is none. */
  command?: string
  /** Stage of the Dockerfile; absent means the last one. */
  target?: string
  /** Build arguments. */
  args: Record<string, string>
  /** Names of secrets that the Dockerfile mounts. */
  secrets: string[]
  /** Most bytes that the layers may take as they are transferred; absent means any. */
  maxSize?: number
  /** Such as "linux/arm64"; empty means the engine's own platform. */
  platforms: string[]
}

/** How a running service is tried under load. */
export interface Load {
  /** Asked in turn. */
  requests: LoadRequest[]
  /** Requests per second that are sent. */
  rate: number
  /** Seconds. */
  duration: number
  /** Most milliseconds of the 95th percentile; absent means any. */
  p95?: number
  /** Requests per second that must be answered well; absent means any. */
  throughput?: number
  /** Percent of the requests that may fail. */
  errors: number
  /** Percent by which the 95th percentile may exceed that of earlier runs; absent means any. */
  slowdown?: number
}

/** One request of a load check. */
export interface LoadRequest {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

/** What a running service is checked against. */
export interface Contract {
  /** Where its OpenAPI document is: a file, from the repository's root, or a path of the service. */
  document: { kind: "file"; path: string } | { kind: "served"; path: string }
  /** Generated requests for each operation, at most. */
  cases: number
  /** Paths of the document that are left out. */
  exclude: string[]
  /** Seconds. */
  timeout: number
}

/**
 * Tests of several services together. They are run like a service's own, and depend on the services
 * as well as on what they declare.
 */
export interface Integration extends Service {
  /** In the order in which they are started. */
  services: IntegrationService[]
}

/** A service that is started for an integration test. */
export interface IntegrationService {
  name: string
  /** Environment variables beside those of its backing services. */
  env: Record<string, string>
}

/** How a service's tests are run. */
export interface TestOptions {
  /** Seconds. */
  timeout: number
  /** Limit in MiB; absent means none. */
  memory?: number
  /** How often a failed test command is tried again. */
  retries: number
  /** Number of containers that the tests are split over. */
  shards: number
  /** A run that collects no test passes. */
  allowNoTests: boolean
  /** Environment variables of the test command. */
  env: Record<string, string>
}

/** Code that services share and that is not deployed by itself. */
export interface Library {
  name: string
  path: string
  /** Names of services or libraries, without repetitions. */
  dependsOn: string[]
}

/** How changes are detected in this repository. */
export interface Changes {
  /** Git revision to compare with when none is given; absent means the default branch. */
  base?: string
  /** Globs of files that concern every service. */
  global: string[]
  /** Globs of files that concern no service. */
  ignore: string[]
}

/** What a tag of a base image stands for. At least one of the two is there. */
export interface ImagePin {
  /** "sha256:" and 64 hexadecimal digits. */
  digest?: string
  /** Reference of the same image in another registry. */
  mirror?: string
}

/** A container that runs beside a service under test, such as a database. */
export interface BackingService {
  image: string
  port: number
  /** Environment of the backing container; may use {port} and the variables. */
  env: Record<string, string>
  /** Arguments of the image's entrypoint; may use {port} and the variables. Empty: its default. */
  args: string[]
  /** Values that templates name in braces. */
  variables: Record<string, string>
  /** Default environment of the service under test; may use {host}, {port} and the variables. */
  provides: Record<string, string>
  ready: Ready
}

/** When a backing service counts as started. */
export interface Ready {
  /** Command inside the container that must exit with 0; may use {port} and the variables. */
  command?: string[]
  /** Request that must be answered with a 2xx status. With neither: the port accepts connections. */
  http?: { port: number; path: string }
  /** Seconds until then. */
  timeout: number
}

/** Repository-wide build options. */
export interface RepositoryBuild {
  /** Registry and prefix that images are pushed to, such as "registry.example.com/game". */
  registry?: string
  /** Address of the repository for people; absent: where git fetches from. */
  source?: string
  /** Tags beside the commit's own; may use {branch}. */
  movingTags: string[]
  /** Whether a bill of materials is attached to what is pushed. */
  sbom: boolean
  [option: string]: unknown
}

/** How ECS replaces the tasks of a service. */
export type Strategy = "rolling" | "blue-green" | "canary" | "linear"

/** Where services are deployed to. Texts with {service} and {environment} are still templates. */
export interface Environment {
  name: string
  /** Environment in which the same image must have passed before. */
  after?: string
  cluster: string
  region: string
  /** AWS account that the credentials must belong to. */
  account?: string
  /** Registry and prefix of the images, in place of the repository's own. */
  registry?: string
  vpc?: string
  /** IPv4 networks with their prefix lengths. */
  networks: string[]
  /** Template of the names that services have in ECS. */
  service: string
  url?: string
  /** Address of the test listener. */
  testUrl?: string
  alarms: string[]
  strategy: Strategy
  /** Percent of the traffic, and seconds, of a step of canary or linear. */
  traffic: { percent?: number; bake?: number }
  /** Seconds. */
  watch: number
  /** Seconds. */
  deadline?: number
  /** Seconds. */
  pause: number
  /** Seconds. */
  poll: number
  gates: DeployGates
  notify: { sns?: string; github?: string; githubApi: string }
  monitoring: Monitoring
  /** Services side by side. */
  jobs: number
  /** Subject of the GitHub token that may deploy. */
  githubSubject?: string
}

/** What is set up in CloudWatch. */
export interface Monitoring {
  /** Template of the log groups' names. */
  logGroup: string
  /** Days. */
  retention: number
  /** CloudWatch's pattern for lines of the log that are errors. */
  logErrors: string
  /** Percent of CPU and memory. */
  utilization: number
}

/** What new tasks have to show. */
export interface DeployGates {
  /** Percent. */
  errorRate: number
  minRequests: number
  /** Seconds for 95 % of the requests. */
  latency?: number
  /** Failed health checks in a row. */
  failures: number
  /** Seconds. */
  patience: number
  inconclusive: "rollback" | "warn"
}

/** How one service is deployed. */
export interface ServiceDeploy extends DeployOverrides {
  /** Container of the task definition that gets the image. */
  container?: string
  transactions: Transaction[]
  /** What differs in an environment. */
  environments: Record<string, DeployOverrides>
}

/** What a service says in place of its environment. */
export interface DeployOverrides {
  service?: string
  url?: string
  testUrl?: string
  strategy?: Strategy
  alarms?: string[]
}

/** Requests that show that a service works. */
export interface Transaction {
  name: string
  steps: TransactionStep[]
}

/** One request, and what its answer must be. */
export interface TransactionStep {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD"
  path: string
  headers: Record<string, string>
  body?: unknown
  status: number
  contains?: string
  /** By keys with dots between. */
  json: Record<string, unknown>
  /** Names of values, and where they are in the JSON answer. */
  capture: Record<string, string>
}

/** From which severity on a finding fails a scan. */
export type FailOn = "info" | "low" | "medium" | "high" | "critical" | "never"

/** Security scans of the repository: what runs, and what its findings amount to. */
export interface Scan {
  /** Whether a run of all stages scans too. */
  inCi: boolean
  /** Whether a run of all stages looks at images too; absent: where there is a database, and before a push. */
  images?: boolean
  /** Names of the tools to run; absent: all that are on by default. */
  tools?: string[]
  /** Globs of files that no tool looks at. */
  ignore: string[]
  failOn: FailOn
  /** What a finding without a known severity counts as. */
  unknownSeverity: Exclude<FailOn, "never">
  licences: Licences
  /** Days after which a vulnerability database is too old to be believed. */
  maxDatabaseAge: number
  /** Seconds that a tool may take. */
  timeout: number
  /** Refuse whatever would need a network. */
  offline: boolean
  /** Address of an OSV-compatible service for pip-audit; absent: the public one. */
  osvUrl?: string
  /** Image in a registry that holds trivy's vulnerability database; absent: trivy looks none up. */
  trivyDatabase?: string
  /** Whether a comment in the source is enough to keep a finding quiet. */
  inlineSuppressions: "allow" | "refuse"
  /** Days that a suppression may last from today. */
  maxSuppressionDays: number
  suppressions: Suppression[]
  /** File with the findings that are known and do not fail. */
  baseline?: string
  /** OpenVEX files. */
  vex: string[]
  /** SARIF files that were made elsewhere. */
  sarif: string[]
}

/** Which licences packages may have, as SPDX identifiers. */
export interface Licences {
  /** Empty: all that are not denied. */
  allow: string[]
  deny: string[]
}

/** A finding that was looked at and decided to be no reason to fail, for a while. */
export interface Suppression {
  /** A vulnerability, a rule, or `tool:rule`. */
  id: string
  /** Only findings of this tool. */
  tool?: string
  /** Glob: only findings in these files. */
  path?: string
  /** Only findings about this package. */
  package?: string
  reason: string
  owner: string
  /** The last day it holds, YYYY-MM-DD. */
  expires: string
}

/** What differs for one service. */
export interface ServiceScan {
  failOn?: FailOn
  /** Tools that do not look at this service, each with a reason. */
  skip: { tool: string; reason: string }[]
}

/** One thing that is wrong, or worth knowing, about a configuration file. */
export interface ConfigIssue {
  file: string
  /** Counted from 1. */
  line: number
  /** Counted from 1. */
  column: number
  /** Key path such as "services[3].language"; empty for the file as a whole. */
  path: string
  message: string
  /** What would have been right. */
  expected?: string
  /** The likely correction: text to write, or what to do. */
  suggestion?: string
}

/** What `parseConfig` found: a configuration, or what is wrong with it. */
export interface ConfigResult {
  /** Present exactly when `issues` is empty. */
  config?: Config
  issues: ConfigIssue[]
  warnings: ConfigIssue[]
}
