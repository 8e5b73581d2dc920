import type { Directory } from "@dagger.io/dagger"
import { dag } from "@dagger.io/dagger"
import { emit } from "../run/events.js"
import { mergeRecords } from "../run/merge-records.js"
import { recordText } from "../run/read-record.js"
import type { SarifLog } from "../findings/index.js"
import { joinSarif, parseOwnSarif } from "../findings/index.js"
import type { FullRecord } from "../run/record.js"
import { RECORD_VERSION } from "../run/rows.js"
import { UsageError } from "../run/usage-error.js"
import type { KeptRun } from "./run-services.js"
import { runId } from "./run-services.js"

/** What `report` calls a run's findings for GitHub. */
const SARIF_FILE = "findings.sarif"

/**
 * Joins the records that shards left, and sends the events of the joined run, as if it had run here.
 *
 * @param records folder with a run.json of every shard, at any depth
 * @param expected names that must be in one of them
 */
export async function mergeShardRecords(
  records: Directory,
  expected: readonly string[],
): Promise<KeptRun> {
  const paths = (await records.glob("**/run.json")).sort()
  const read = await Promise.all(
    paths.map(async (path) => readRecord(path, await records.file(path).contents())),
  )
  const record = mergeRecords(read, { id: runId(new Date()), expected })
  const sarif = await joinedSarif(records, read, record.incomplete)
  const { id, started, rows, machine } = record
  const services = [...new Set(rows.map(({ service }) => service))]
  emit({ event: "run-started", id, started, services, stages: rows.length, jobs: machine.jobs })
  for (const row of rows) emit({ event: "row", row })
  emit({ event: "run-finished", record })
  return { record: { ...record, engine: record.engine || (await dag.version()) }, sarif }
}

/**
 * Joins the SARIF files that lie beside the records.
 *
 * @param incomplete why the joined record is not everything; empty when it is
 * @returns undefined when no shard scanned
 */
async function joinedSarif(
  records: Directory,
  read: readonly FullRecord[],
  incomplete: string,
): Promise<string | undefined> {
  const paths = (await records.glob(`**/${SARIF_FILE}`)).sort()
  if (paths.length === 0) return undefined
  const logs = await Promise.all(
    paths.map(async (path) => readSarifOf(path, await records.file(path).contents())),
  )
  const unscanned = read.length - logs.length
  return joinSarif(logs, [
    ...(incomplete === "" ? [] : [incomplete]),
    ...(unscanned > 0 ? [`${unscanned} of ${read.length} shards left no ${SARIF_FILE}`] : []),
  ])
}

function readSarifOf(path: string, text: string): SarifLog {
  const log = parseOwnSarif(text)
  if (log !== undefined) return log
  throw new UsageError(
    `${path}: this is not what \`report\` wrote, or was cut off on its way: join the folders as the shards left them`,
  )
}

function readRecord(path: string, text: string): FullRecord {
  let record: Partial<FullRecord>
  try {
    record = JSON.parse(recordText(text)) as Partial<FullRecord>
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${path}: this is not JSON; it was cut off on its way`)
  }
  if (record.version === RECORD_VERSION && Array.isArray(record.rows)) return record as FullRecord
  throw new UsageError(
    `${path}: this is no record of a run that this version can read: run.json of \`report\` is one`,
  )
}
