import { join } from "node:path/posix"
import { availableParallelism } from "node:os"
import pLimit from "p-limit"
import type { Service } from "../config/index.js"
import { LANGUAGE_SUPPORT, SOURCE_FOLDER } from "../languages/index.js"
import type { Coverage } from "../run/coverage.js"
import { COVERAGE_FILES, coveredPercent, mergeCoverage, parseCoverage } from "../run/coverage.js"
import { parseJUnit } from "../run/junit.js"
import type { Row, Stage } from "../run/rows.js"
import { parseTestOutput, TEST_LINES } from "../run/test-output.js"
import type { TestReport } from "../run/test-report.js"
import { failedNames, mergeReports } from "../run/test-report.js"
import type { TestOutcome, TestRules } from "../run/test-verdict.js"
import { canPassLater, flakyWarning, testFailure } from "../run/test-verdict.js"
import { stackPlace } from "../run/stack-place.js"
import { backingServers } from "./needs.js"
import { mergeShards, shardTimes } from "./shards.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { reproduceCommand, stepRow } from "./stage.js"
import type { StepResult } from "./step.js"
import { KEPT_FOLDER } from "./step-script.js"
import { beforeStep, runStep } from "./step.js"
import { withServerChecks } from "./supervise.js"
import type { ServersOf, Shard } from "./test-place.js"
import { recordTimes, shardsOf, testPlace } from "./test-place.js"

/** What one container of the test stage came to. */
export interface TestedShard {
  shard: Shard | undefined
  row: Row
  result: StepResult
  report: TestReport | undefined
  coverage: Coverage | undefined
}

/** Unit tests: the service's own command, with its backing services beside it. */
export const test = testStage("test", ({ workspace, service }, shard) =>
  backingServers(
    workspace,
    service.needs,
    `${service.name}/test${shard ? `/${shard.number}` : ""}`,
  ),
)

/** A stage that runs a test command beside servers. */
export function testStage(stage: Stage, serversOf: ServersOf): StageDefinition {
  return {
    run: (context) => runShards(context, { stage, serversOf }),
    async debug(context) {
      const { service, shard } = context
      const split = shard === undefined ? undefined : { number: shard, count: service.test.shards }
      const { container } = await testPlace(context, split, serversOf)
      return beforeStep(container).withEnvVariable("PIPELINE_STEP", service.testCommand)
    },
  }
}

/** What tells one stage with a test command from another. */
interface Kind {
  stage: Stage
  serversOf: ServersOf
}

async function runShards(context: ServiceRun, kind: Kind): Promise<Row> {
  const { workspace, service } = context
  const limit = pLimit(availableParallelism())
  const tested = await Promise.all(
    shardsOf(service).map((shard) => limit(() => runTests(context, shard, kind))),
  )
  context.tests = tested.map(({ result, report }) => ({ result, report }))
  const coverage = mergeCoverage(tested.flatMap(({ coverage }) => coverage ?? []))
  const [first] = tested
  const row = first && tested.length === 1 ? first.row : await mergeShards(service, tested)
  const times = await shardTimes(tested)
  if (times !== "") await recordTimes(workspace, service, times)
  return { ...row, coverage: coveredPercent(coverage) }
}

async function runTests(
  context: ServiceRun,
  shard: Shard | undefined,
  { stage, serversOf }: Kind,
): Promise<TestedShard> {
  const { workspace, service } = context
  const { retries: times = service.test.retries } = workspace.run
  const rules = testRules(service, shard)
  const outcomes: TestOutcome[] = []
  const judge = async (result: StepResult) => {
    const outcome = await readOutcome(service, result)
    outcomes.push(outcome)
    const passed = testFailure(outcome, service.testCommand, rules) === ""
    return { passed, canChange: canPassLater(outcome) }
  }
  const { container, servers } = await testPlace(context, shard, serversOf)
  const step = withServerChecks(testStep(service), servers)
  const result = await runStep(container, step, workspace.run, { times, judge })
  const row = testRow({ service, stage, shard }, result, outcomes)
  const coverage = await readCoverage(result)
  return { shard, row, result, report: outcomes.at(-1)?.report, coverage }
}

function testStep({ testCommand, test, language }: Service) {
  const { signal, noise } = LANGUAGE_SUPPORT[language].testReport
  return {
    command: testCommand,
    timeout: test.timeout,
    pick: TEST_LINES,
    keep: COVERAGE_FILES,
    ...(test.memory !== undefined && { memory: test.memory }),
    ...(signal !== undefined && { signal }),
    ...(noise !== undefined && { noise }),
  }
}

/** One shard of several may have nothing to do; whether all together did is asked later. */
function testRules({ test }: Service, shard: Shard | undefined): TestRules {
  return { ...test, allowNoTests: test.allowNoTests || shard !== undefined }
}

async function readOutcome(service: Service, result: StepResult): Promise<TestOutcome> {
  const report = await readReport(result)
  const folder = `${join(SOURCE_FOLDER, service.path)}/`
  return {
    ...result,
    report,
    place: result.stopped && stackPlace(result.tail, folder),
    picked: report?.counts.total ? "" : await result.picked(),
  }
}

/** @param outcomes of every attempt; the last one decides */
function testRow(
  { service, stage, shard }: { service: Service; stage: Stage; shard: Shard | undefined },
  result: StepResult,
  outcomes: TestOutcome[],
): Row {
  const last = outcomes.at(-1) as TestOutcome
  const failure = testFailure(last, service.testCommand, testRules(service, shard))
  const passed = failure === ""
  const times = result.failures.filter(({ cached }) => !cached).length + 1
  const reason = passed || times === 1 ? failure : `${failure} (tried ${times} times)`
  const row = stepRow(service, stage, result, reason, {
    counts: last.report?.counts ?? null,
    ...(!passed && { reproduce: reproduceCommand(service.name, stage, shard?.number) }),
  })
  if (!row.flaky) return row
  const names = outcomes.slice(0, -1).flatMap(({ report }) => (report ? failedNames(report) : []))
  const warning = flakyWarning(result.failures.length, [...new Set(names)])
  return { ...row, warnings: [warning, ...result.remarks] }
}

/** A report for machines, if the tool wrote one; else what it printed. */
async function readReport({
  reports,
  reportFiles,
  picked,
}: StepResult): Promise<TestReport | undefined> {
  const names = reportFiles.filter((name) => /^[^/]+\.xml$/.test(name))
  const texts = await Promise.all(names.map((name) => reports.file(name).contents()))
  return mergeReports(texts.map(parseJUnit)) ?? parseTestOutput(await picked())
}

async function readCoverage({ reports, reportFiles }: StepResult): Promise<Coverage | undefined> {
  const written = COVERAGE_FILES.map((name) => `${KEPT_FOLDER}/${name}`)
  const name = written.find((path) => reportFiles.includes(path))
  return name === undefined ? undefined : parseCoverage(await reports.file(name).contents())
}
