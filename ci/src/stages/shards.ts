import type { Service } from "../config/index.js"
import type { Row, ShardRow } from "../run/rows.js"
import { row } from "../run/rows.js"
import {
  formatTimes,
  parseSplit,
  parseTimes,
  SPLIT_REPORT,
  splitFault,
  TIMES_REPORT,
} from "../run/shards.js"
import { goPackageSeconds } from "../run/test-output.js"
import { mergeReports } from "../run/test-report.js"
import { testFailure } from "../run/test-verdict.js"
import { reproduceCommand } from "./stage.js"
import type { StepResult } from "./step.js"
import type { TestedShard } from "./test.js"

/** The variable by which a command takes its own part of the tests. */
const SHARD_VARIABLE = "PIPELINE_SHARD"

/** The rows of a service's shards as its one row. */
export async function mergeShards(service: Service, tested: TestedShard[]): Promise<Row> {
  const rows = tested.map(({ row }) => row)
  const report = mergeReports(tested.map(({ report }) => report))
  const shards = tested.map(shardRow)
  const failed = tested.filter(({ row }) => row.status !== "passed")
  const shared = {
    counts: report?.counts ?? null,
    cached: rows.every(({ cached }) => cached === true),
    warnings: tested.flatMap(({ shard, row }) =>
      row.warnings.map((text) => `shard ${shard?.number}: ${text}`),
    ),
    shards,
  }
  const [first] = failed
  if (first)
    return row(service.name, "test", "failed", {
      ...shared,
      exitCode: first.row.exitCode,
      reason: failed
        .map(({ shard, row }) => `shard ${shard?.number} of ${shard?.count}: ${row.reason}`)
        .join("; "),
      tail: first.row.tail,
      reproduce: first.row.reproduce,
    })
  const fault =
    (await wrongSplit(service, tested)) ||
    testFailure(
      { exitCode: 0, stopped: null, outOfMemory: false, place: null, picked: "", report },
      service.testCommand,
      service.test,
    )
  if (fault !== "")
    return row(service.name, "test", "failed", {
      ...shared,
      exitCode: 0,
      reason: fault,
      tail: rows[0]?.tail ?? [],
      reproduce: reproduceCommand(service.name, "test", 1),
    })
  return row(service.name, "test", "passed", {
    ...shared,
    exitCode: 0,
    flaky: rows.some(({ flaky }) => flaky),
  })
}

function shardRow({ shard, row, result }: TestedShard): ShardRow {
  return {
    shard: `${shard?.number}/${shard?.count}`,
    status: row.status === "passed" ? "passed" : "failed",
    flaky: row.flaky,
    cached: result.cached,
    exitCode: result.exitCode,
    counts: row.counts,
    reproduce: reproduceCommand(row.service, "test", shard?.number),
  }
}

/** Whether every test ran in exactly one shard, where that can be known. */
async function wrongSplit({ testCommand }: Service, tested: TestedShard[]): Promise<string> {
  if (testCommand.includes(SHARD_VARIABLE)) return ""
  const texts = await Promise.all(tested.map(({ result }) => reportText(result, SPLIT_REPORT)))
  return splitFault(texts.map(parseSplit), testCommand)
}

/**
 * How long each part of the tests took, when every shard passed and one of them ran now.
 *
 * @returns "seconds unit" lines; empty when there is nothing new to record
 */
export async function shardTimes(tested: TestedShard[]): Promise<string> {
  const results = tested.map(({ result }) => result)
  const isWhole = tested.length > 1 && tested.every(({ row }) => row.status === "passed")
  if (!isWhole || results.every(({ cached }) => cached)) return ""
  const times = await Promise.all(
    results.map(async (result) => [
      ...parseTimes(await reportText(result, TIMES_REPORT)),
      ...goPackageSeconds(await result.picked()),
    ]),
  )
  return formatTimes(new Map(times.flat()))
}

async function reportText({ reports, reportFiles }: StepResult, name: string): Promise<string> {
  return reportFiles.includes(name) ? reports.file(name).contents() : ""
}
