import type { Container, Directory, File } from "@dagger.io/dagger"
import { dag } from "@dagger.io/dagger"
import type { Config } from "../config/index.js"
import { recordText } from "../run/read-record.js"
import { IMAGES } from "./images.js"
import { moduleSource } from "./module-folder.js"
import { withRecords } from "./records.js"

/** Which run a report is about. */
export interface ReportRequest {
  /** Its id; empty: the last one. */
  run?: string
  /** A record, or the launcher's events of a run whose record was lost. */
  from?: File
  /** A history of deployments, as `deployments` prints it. */
  deployments?: File
}

const MODULE = "/module"
const RENDERER = `${MODULE}/report`
const PROGRAM = `${RENDERER}/dist/report.mjs`
const HISTORY = "/history.json"
const MANIFESTS = ["package.json", "package-lock.json", ".npmrc"]

/**
 * Everything that is made from a run's record: run.json, summary.md, junit, report.html.
 *
 * @throws ExecError with exit code 2 for a run that is not kept, or a record that can't be read
 */
export async function reportFolder(config: Config, request: ReportRequest): Promise<Directory> {
  const [container, records] = await withChosenRecords(config, request)
  const { run, deployments } = request
  const choice = run ? ["--run", run] : []
  const history = deployments ? ["--deployments", HISTORY] : []
  const prepared = deployments ? container.withMountedFile(HISTORY, deployments) : container
  return prepared
    .withExec(["node", PROGRAM, "--records", records, ...choice, ...history, "--out", "/report"])
    .directory("/report")
    .sync()
}

/**
 * The runs that are kept, the last one first.
 *
 * @param format table or json
 */
export async function listRuns(config: Config, format: string): Promise<string> {
  const [container, records] = await withChosenRecords(config, {})
  const words = ["node", PROGRAM, "--records", records, "--list", `--format=${format}`]
  return container.withExec(words).stdout()
}

async function withChosenRecords(
  config: Config,
  { from }: ReportRequest,
): Promise<[Container, string]> {
  // Records change without the engine knowing: a step that reads them must not be remembered.
  const renderer = withRenderer().withEnvVariable("NOW", new Date().toISOString())
  if (from === undefined) return withRecords(renderer, config)
  const text = recordText(await from.contents())
  const folder = dag.directory().withNewFile("run.json", text)
  return [renderer.withMountedDirectory("/given", folder), "/given"]
}

/** The program that renders reports, built once for each version of it. */
function withRenderer(): Container {
  const source = moduleSource()
  const manifests = MANIFESTS.map((name) => `report/${name}`)
  const base = dag
    .container()
    .from(IMAGES.tools)
    .withWorkdir(RENDERER)
    .withMountedCache("/root/.npm", dag.cacheVolume("npm"))
  return manifests
    .reduce((container, name) => container.withFile(`${MODULE}/${name}`, source.file(name)), base)
    .withExec(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"])
    .withDirectory(RENDERER, source.directory("report"))
    .withDirectory(`${MODULE}/src`, source.directory("src"))
    .withExec(["npm", "run", "--silent", "build"])
}
