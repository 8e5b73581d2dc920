import type { Context } from "../context.js"
import { environmentOf } from "../config/target.js"
import type { DeployedService } from "../config/target.js"
import { eachOf } from "../each-of.js"
import { DeployError, EXIT, messageOf } from "../errors.js"
import type { ExitCode } from "../errors.js"
import { prepare } from "../preflight/prepare.js"
import type { DeployRequest, Prepared } from "../preflight/prepare.js"
import type { DeployOptions, Outcome } from "./deploy.js"
import { deployPrepared } from "./deploy.js"
import { rollback } from "./rollback.js"
import { waves } from "./waves.js"

/** What became of one service. */
interface ServiceOutcome extends Outcome {
  service: string
}

/** Options for several services. */
export interface AllOptions extends DeployOptions {
  /** Take back what passed when a later one fails. */
  atomic: boolean
}

/**
 * Deploys every service whose image of a tag is another than the one that runs: those that others
 * depend on first, some side by side, and none any more after the first that fails.
 */
export async function deployAllChanged(
  context: Context,
  request: Omit<DeployRequest, "service">,
  options: AllOptions,
): Promise<Outcome> {
  const { jobs } = environmentOf(context.settings, request.environment)
  const { changed, notes } = await findChanged(context, request)
  const refused = changed.filter(({ checks }) => checks.some(({ state }) => state === "failed"))
  const done: ServiceOutcome[] = []
  // Looked at before any begins: half of a release is worse than none.
  const begin = options.dryRun || refused.length === 0 ? changed : refused
  const order = waves(
    context.settings.services,
    begin.map(({ target }) => target.service),
  )
  for (const wave of order) {
    const members = begin.filter(({ target }) => wave.includes(target.service))
    await eachOf(members, jobs, async (prepared) => {
      if (!options.dryRun && done.some(({ exitCode }) => exitCode !== EXIT.passed)) return
      done.push(await outcomeOf(context, prepared, options))
    })
  }
  const failed = done.find(({ exitCode }) => exitCode !== EXIT.passed)
  const began = new Set(done.map(({ service }) => service))
  const left = changed.map(({ target }) => target.service).filter((name) => !began.has(name))
  const undone =
    failed !== undefined && options.atomic && refused.length === 0 && !options.dryRun
      ? await takeBack(context, request.environment, done)
      : []
  return {
    text: [
      ...done.map(({ text }) => text),
      ...undone.map(({ text }) => text),
      "",
      `${request.environment}: ${done.filter(({ exitCode }) => exitCode === EXIT.passed).length} of ${changed.length} changed services passed`,
      ...(left.length > 0 ? [`not begun: ${left.join(", ")}`] : []),
      ...notes,
    ].join("\n"),
    exitCode: worst([...done, ...undone]),
  }
}

async function findChanged(
  context: Context,
  request: Omit<DeployRequest, "service">,
): Promise<{ changed: Prepared[]; notes: string[] }> {
  const changed: Prepared[] = []
  const notes: string[] = []
  await eachOf(context.settings.services, 8, async ({ name }: DeployedService) => {
    try {
      const prepared = await prepare(context, { ...request, service: name })
      if (prepared.isRunning) notes.push(`unchanged: ${name}`)
      else changed.push(prepared)
    } catch (error) {
      if (!(error instanceof DeployError) || error.exitCode === EXIT.unknown) throw error
      notes.push(`left out: ${name}: ${messageOf(error).split("\n")[0]}`)
    }
  })
  return { changed, notes: notes.sort() }
}

async function outcomeOf(
  context: Context,
  prepared: Prepared,
  options: DeployOptions,
): Promise<ServiceOutcome> {
  const { service } = prepared.target
  try {
    return { service, ...(await deployPrepared(context, prepared, options)) }
  } catch (error) {
    if (!(error instanceof DeployError)) throw error
    return { service, text: `${service}: ${error.message}`, exitCode: error.exitCode }
  }
}

async function takeBack(
  context: Context,
  environment: string,
  done: ServiceOutcome[],
): Promise<ServiceOutcome[]> {
  const passed = done.filter(({ exitCode }) => exitCode === EXIT.passed).reverse()
  const outcomes: ServiceOutcome[] = []
  for (const { service } of passed) {
    context.say(`taking back ${service}`)
    const outcome = await rollback(context, { service, environment }, { dryRun: false })
    outcomes.push({ service, ...outcome, text: `taken back: ${outcome.text}` })
  }
  return outcomes
}

/** A rollback that failed is worse than one that worked, and that than one that was not begun. */
function worst(outcomes: Outcome[]): ExitCode {
  const order: ExitCode[] = [
    ...[EXIT.rollbackFailed, EXIT.unknown, EXIT.deadline, EXIT.superseded, EXIT.rolledBack],
    ...[EXIT.usage, EXIT.failed],
  ]
  const codes = new Set(outcomes.map(({ exitCode }) => exitCode))
  return order.find((code) => codes.has(code)) ?? EXIT.passed
}
