import { createHash } from "node:crypto"
import { join } from "node:path/posix"
import type { Container } from "@dagger.io/dagger"
import { CacheSharingMode, dag } from "@dagger.io/dagger"
import type { Config } from "../config/index.js"
import { UsageError } from "../run/usage-error.js"
import { IMAGES } from "./images.js"
import type { KeptRun } from "./run-services.js"

const RECORDS = "/records"
const RECORDS_KEPT = 50

/** Writes a run's files, its record last, and removes the oldest runs. Its arguments: folder, id, how many runs stay. */
const KEEP = `mkdir -p "$1" && cd "$1" &&
{ [ ! -e /record/run.sarif ] || cp /record/run.sarif "$2.sarif"; } &&
cp /record/run.json ".$2.part" && mv ".$2.part" "$2.json" &&
ls | sed -n 's/\\.json$//p' | sort -r | tail -n "+$(($3 + 1))" | while read -r id; do rm -f "$id.json" "$id.sarif"; done`

/**
 * Keeps a run's record in the engine.
 *
 * @returns a warning when that is not possible, which is no reason for the run to end otherwise
 */
export async function keepRecord(config: Config, run: KeptRun): Promise<string> {
  try {
    await withRecord(config, run)
      .withExec(["sh", "-c", KEEP, ...keepArguments(config, run)])
      .sync()
    return ""
  } catch (error) {
    return `this run can't be kept for \`report\`: ${error instanceof Error ? error.message.split("\n")[0] : error}`
  }
}

/**
 * A container whose last step keeps the record, prints a text and ends with the run's exit code: a
 * step less for a run that failed.
 */
export function keepAndEnd(config: Config, run: KeptRun, text: string): Container {
  const script = `(${KEEP}) || echo "this run can't be kept for report" >&2; cat /result/text; exit "$4"`
  const { exitCode } = run.record
  return withRecord(config, run)
    .withMountedDirectory("/result", dag.directory().withNewFile("text", `${text}\n`))
    .withExec(["sh", "-c", script, ...keepArguments(config, run), String(exitCode)])
}

/** A container that sees the records of this repository's last runs, and the folder they are in. */
export function withRecords(container: Container, config: Config): [Container, string] {
  const volume = dag.cacheVolume("pipeline-records")
  return [
    container.withMountedCache(RECORDS, volume, { sharing: CacheSharingMode.Shared }),
    join(RECORDS, repositoryKey(config)),
  ]
}

/** What the last run says of itself, without what is bulky. */
const LAST = `
const fs = require("node:fs")
const folder = process.argv[1]
const names = fs.existsSync(folder) ? fs.readdirSync(folder) : []
const last = names.filter((name) => /^[^.].*\\.json$/.test(name)).sort().at(-1)
if (last) {
  const { id, rows } = JSON.parse(fs.readFileSync(folder + "/" + last, "utf8"))
  const bad = rows.filter(({ status }) => status === "failed" || status === "error")
  console.log(JSON.stringify({ id, failed: [...new Set(bad.map(({ service }) => service))] }))
}
`

/**
 * What failed in this repository's last run.
 *
 * @throws UsageError when no run is kept
 */
async function lastFailures(config: Config): Promise<{ id: string; failed: string[] }> {
  const [container, folder] = withRecords(dag.container().from(IMAGES.tools), config)
  const text = await container
    .withEnvVariable("NOW", new Date().toISOString())
    .withExec(["node", "-e", LAST, folder])
    .stdout()
  if (text.trim() === "")
    throw new UsageError(
      "No run of this repository is kept in this engine: run `ci` without --failed",
    )
  return JSON.parse(text)
}

/**
 * Names of the services that failed in this repository's last run, and are still there.
 *
 * @param names only of these; empty: of all
 * @throws UsageError when no run is kept
 */
export async function failedServices(config: Config, names: readonly string[]): Promise<string[]> {
  const { failed } = await lastFailures(config)
  const known = new Set([...config.services, ...config.integration].map(({ name }) => name))
  return failed.filter((name) => known.has(name) && (names.length === 0 || names.includes(name)))
}

function withRecord(config: Config, { record, sarif }: KeptRun): Container {
  const [container] = withRecords(dag.container().from(IMAGES.tools), config)
  const folder = dag.directory().withNewFile("run.json", `${JSON.stringify(record)}\n`)
  const files = sarif === undefined ? folder : folder.withNewFile("run.sarif", sarif)
  return container.withMountedDirectory("/record", files)
}

function keepArguments(config: Config, { record }: KeptRun): string[] {
  return ["sh", join(RECORDS, repositoryKey(config)), record.id, String(RECORDS_KEPT)]
}

/**
 * Tells the repositories of one engine apart. A function sees neither its repository's place nor its
 * remote, but no two repositories have the same services in the same folders.
 */
function repositoryKey({ services, integration }: Config): string {
  const units = [...services, ...integration].map(({ name, path }) => `${name}\0${path}`)
  return createHash("sha256").update(units.sort().join("\n")).digest("hex").slice(0, 16)
}
