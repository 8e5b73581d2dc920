import { createHash } from "node:crypto"
import { join } from "node:path/posix"
import type { Container } from "@dagger.io/dagger"
import { CacheSharingMode, dag } from "@dagger.io/dagger"
import type { Config } from "../config/index.js"
import type { FullRecord } from "../run/record.js"
import { UsageError } from "../run/usage-error.js"
import { IMAGES } from "./images.js"

const RECORDS = "/records"
const RECORDS_KEPT = 50

/** Writes the record whole or not at all, and removes the oldest. Its arguments: folder, id, how many stay. */
const KEEP = `mkdir -p "$1" && cp /record/run.json "$1/.$2.part" && mv "$1/.$2.part" "$1/$2.json" &&
ls "$1" | sort -r | tail -n "+$(($3 + 1))" | while read -r name; do rm -f "$1/$name"; done`

/**
 * Keeps a run's record in the engine.
 *
 * @returns a warning when that is not possible, which is no reason for the run to end otherwise
 */
export async function keepRecord(config: Config, record: FullRecord): Promise<string> {
  try {
    await withRecord(dag.container().from(IMAGES.tools), config, record)
      .withExec(["sh", "-c", KEEP, ...keepArguments(config, record)])
      .sync()
    return ""
  } catch (error) {
    return `this run can't be kept for \`report\`: ${error instanceof Error ? error.message.split("\n")[0] : error}`
  }
}

/**
 * A container whose last step keeps the record, prints a text and ends with an exit code: a step
 * less for a run that failed.
 */
export function keepAndEnd(
  config: Config,
  record: FullRecord,
  { text, exitCode }: { text: string; exitCode: number },
): Container {
  const script = `(${KEEP}) || echo "this run can't be kept for report" >&2; cat /result/text; exit "$4"`
  return withRecord(dag.container().from(IMAGES.tools), config, record)
    .withMountedDirectory("/result", dag.directory().withNewFile("text", `${text}\n`))
    .withExec(["sh", "-c", script, ...keepArguments(config, record), String(exitCode)])
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
const last = names.filter((name) => !name.startsWith(".")).sort().at(-1)
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

function withRecord(container: Container, config: Config, record: FullRecord): Container {
  const [seeing] = withRecords(container, config)
  const file = dag.directory().withNewFile("run.json", `${JSON.stringify(record)}\n`)
  return seeing.withMountedDirectory("/record", file)
}

function keepArguments(config: Config, { id }: FullRecord): string[] {
  return ["sh", join(RECORDS, repositoryKey(config)), id, String(RECORDS_KEPT)]
}

/**
 * Tells the repositories of one engine apart. A function sees neither its repository's place nor its
 * remote, but no two repositories have the same services in the same folders.
 */
function repositoryKey({ services, integration }: Config): string {
  const units = [...services, ...integration].map(({ name, path }) => `${name}\0${path}`)
  return createHash("sha256").update(units.sort().join("\n")).digest("hex").slice(0, 16)
}
