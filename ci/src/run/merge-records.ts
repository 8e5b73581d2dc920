import type { Plan } from "../changes/plan.js"
import type { FullRecord } from "./record.js"
import { exitCodeOf, RECORD_VERSION, type Row, row } from "./rows.js"
import { UsageError } from "./usage-error.js"

/** What is known of the joined run beside its parts. */
export interface Joining {
  /** Id of the joined run. */
  id: string
  /** Names that must be in one of the records: who is not counts as an error. */
  expected: readonly string[]
}

/**
 * Joins the records of runs that shared one piece of work out into the record of one run.
 *
 * A shard whose record never came is not passed over: its services are errors, and so the run could not know (3).
 *
 * @throws UsageError for records that don't belong together
 */
export function mergeRecords(
  records: readonly FullRecord[],
  { id, expected }: Joining,
): FullRecord {
  const sorted = [...records].sort((a, b) =>
    `${a.started} ${a.id}` < `${b.started} ${b.id}` ? -1 : 1,
  )
  const [first] = sorted
  if (first === undefined && expected.length === 0)
    throw new UsageError(
      "There is no record to join: --records is a folder with the run.json of every shard, at any depth",
    )
  checkBelonging(sorted)
  const started = first?.started ?? new Date().toISOString()
  const ends = sorted.map((record) => Date.parse(record.started) + record.seconds * 1000)
  const found = sorted.flatMap(({ rows }) => rows)
  const ran = new Set(found.map(({ service }) => service))
  const lost = expected.filter((name) => !ran.has(name))
  const rows = [...found, ...lost.map(lostRow)]
  const units = sorted.find((record) => record.units.length > 0)?.units ?? []
  const involved = new Set(rows.map(({ service }) => service))
  const others = units
    .filter(({ kind, name }) => kind === "service" && !involved.has(name))
    .map(({ name }) => name)
  // A shard is told its services by name, and knows nothing of the others unless it compared as well.
  const unchanged = new Set(sorted.flatMap((record) => record.unchanged))
  const seconds = first === undefined ? 0 : (Math.max(...ends) - Date.parse(started)) / 1000
  const shards = `${sorted.length} ${sorted.length === 1 ? "shard" : "shards"}`
  return {
    version: RECORD_VERSION,
    ...{ id, started, seconds, rows },
    selection: [
      `Joined ${shards}: ${involved.size} services`,
      ...(lost.length > 0 ? [`No record came of: ${lost.join(", ")}`] : []),
    ],
    unchanged: others.filter((name) => unchanged.has(name)),
    notSelected: others.filter((name) => !unchanged.has(name)),
    standIns: unique(sorted.flatMap(({ standIns }) => standIns)),
    exitCode: worst(sorted, rows),
    command: `ci, joined from ${shards}`,
    commit: first?.commit ?? "",
    engine: unique(sorted.map(({ engine }) => engine)).join(", "),
    inputs: Object.assign({}, ...sorted.map(({ inputs }) => inputs)),
    plan: joinedPlan(sorted.flatMap(({ plan }) => plan ?? [])),
    units,
    machine: {
      cores: sum(sorted.map(({ machine }) => machine.cores)),
      memoryMegabytes: sum(sorted.map(({ machine }) => machine.memoryMegabytes)),
      jobs: sum(sorted.map(({ machine }) => machine.jobs)),
    },
    tests: sorted.flatMap(({ tests }) => tests),
    // What concerns the whole repository was found by every shard.
    findings: uniqueObjects(sorted.flatMap(({ findings }) => findings)),
    images: sorted.flatMap(({ images }) => images),
    incomplete: unique([
      ...sorted.map(({ incomplete }) => incomplete),
      lost.length > 0 ? `no record came of ${lost.join(", ")}` : "",
    ]).join("; "),
  }
}

/** One commit, and every service once. */
function checkBelonging(records: readonly FullRecord[]): void {
  const commits = unique(records.map(({ commit }) => commit))
  if (commits.length > 1)
    throw new UsageError(
      `These records are of different commits: ${commits.join(", ")}. Join those of one run of the workflow`,
    )
  const owners = new Map<string, string>()
  for (const { id, rows } of records)
    for (const { service } of rows) {
      const other = owners.get(service)
      if (other !== undefined && other !== id)
        throw new UsageError(
          `${service} is in two of the records, ${other} and ${id}: give each shard services of its own`,
        )
      owners.set(service, id)
    }
}

function lostRow(name: string): Row {
  return row(name, "preflight", "error", {
    reason: "no record of its shard came: the job was cancelled, or ended before its report",
  })
}

/** The plan of all shards: in each, the others' services were not asked for. */
function joinedPlan(plans: readonly Plan[]): Plan | null {
  const [first] = plans
  if (first === undefined) return null
  const services = plans.flatMap((plan) => plan.services)
  const names = new Set(services.map(({ name }) => name))
  return {
    ...first,
    services: services.sort((a, b) => (a.name < b.name ? -1 : 1)),
    skipped: first.skipped.filter(({ name }) => !names.has(name)),
    warnings: unique(plans.flatMap(({ warnings }) => warnings)),
  }
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== "")
}

function uniqueObjects<T>(objects: readonly T[]): T[] {
  return [...new Map(objects.map((object) => [JSON.stringify(object), object])).values()]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** What the rows amount to; a shard that ended otherwise, without a row that says so, is not passed over either. */
function worst(records: readonly FullRecord[], rows: Row[]): number {
  const code = exitCodeOf(rows)
  if (code !== 0) return code
  return records.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0
}
