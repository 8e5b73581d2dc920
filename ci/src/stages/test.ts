import type { Container } from "@dagger.io/dagger"
import { LANGUAGE_SUPPORT } from "../languages/index.js"
import type { TestReport } from "../run/counts.js"
import { parseJUnit, parseOutput } from "../run/counts.js"
import type { Counts } from "../run/rows.js"
import { readDependencies } from "./dependencies.js"
import { backingServers } from "./needs.js"
import type { ServiceRun, StageDefinition } from "./stage.js"
import { stepRow } from "./stage.js"
import type { StepResult } from "./step.js"
import { beforeStep, runStep } from "./step.js"
import type { Server } from "./supervise.js"
import { besideServers, withServerChecks } from "./supervise.js"
import { serviceContainer } from "./workspace.js"

const NAMED_FAILURES = 3

/** Unit tests: the service's own command, with its backing services beside it. */
export const test: StageDefinition = {
  async run(context) {
    const { workspace, service } = context
    const servers = await backingServers(workspace, service.needs, `${service.name}/test`)
    const step = { command: service.testCommand, timeout: service.test.timeout }
    const container = await testContainer(context, servers)
    const result = await runStep(container, withServerChecks(step, servers), workspace.run)
    const report = await readReport(result, LANGUAGE_SUPPORT[service.language].testReport.junit)
    return stepRow(service, "test", result, failure(context, result, report), {
      counts: report?.counts ?? null,
    })
  },
  async debug(context) {
    const { workspace, service } = context
    const servers = await backingServers(workspace, service.needs, `${service.name}/test`)
    const container = await testContainer(context, servers)
    return beforeStep(container).withEnvVariable("PIPELINE_STEP", service.testCommand)
  },
}

async function testContainer(
  { workspace, service }: ServiceRun,
  servers: Server[],
): Promise<Container> {
  const { env } = LANGUAGE_SUPPORT[service.language].testReport
  const ready = serviceContainer(workspace, await readDependencies(workspace, service))
  let container = await besideServers(ready, servers)
  for (const [name, value] of Object.entries({ ...env, ...service.test.env }))
    container = container.withEnvVariable(name, value)
  return container
}

async function readReport(
  result: StepResult,
  junit: string | undefined,
): Promise<TestReport | undefined> {
  if (junit !== undefined && (await result.reports.entries()).includes(junit)) {
    const report = parseJUnit(await result.reports.file(junit).contents())
    if (report) return report
  }
  const counts = parseOutput(await result.log())
  return counts && { counts, failures: [] }
}

function failure(
  { service }: ServiceRun,
  result: StepResult,
  report: TestReport | undefined,
): string {
  if (result.timedOut)
    return `took longer than ${service.test.timeout} s (test.timeout in services.json)`
  if (report && report.counts.total === 0 && !service.test.allowNoTests)
    return `\`${service.testCommand}\` ran no test`
  if (result.exitCode === 0) return ""
  if (report && report.counts.failed > 0) return failedTests(report.counts, report.failures)
  return `\`${service.testCommand}\` ended with exit code ${result.exitCode}`
}

function failedTests({ failed, total }: Counts, names: string[]): string {
  const shown = names.slice(0, NAMED_FAILURES).join(", ")
  const more = names.length > NAMED_FAILURES ? ` and ${names.length - NAMED_FAILURES} more` : ""
  return `${failed} of ${total} tests failed${shown ? `: ${shown}${more}` : ""}`
}
