import type { Container } from "@dagger.io/dagger"
import { checkNames } from "../changes/select.js"
import type { Service } from "../config/index.js"
import { closest } from "../config/index.js"
import type { Stage } from "../run/rows.js"
import { STAGES } from "../run/rows.js"
import { UsageError } from "../run/usage-error.js"
import { STAGE_DEFINITIONS } from "./index.js"
import type { RunInputs } from "./open-workspace.js"
import { openWorkspace } from "./open-workspace.js"
import { checkSecrets } from "./secrets.js"
import { imagesBehind, stagesOf } from "./units.js"

/**
 * The container just before a stage's step, with a shell as its terminal.
 *
 * @param shard of the tests, counted from 1, when they are split
 * @throws UsageError or ChangeError for a stage, service or shard that does not exist
 */
export async function debugContainer(
  inputs: RunInputs,
  name: string,
  stage: string,
  shard?: number,
): Promise<Container> {
  const { services, integration } = inputs.config
  const units = [...services, ...integration]
  checkNames(
    units.map((unit) => unit.name),
    [name],
  )
  const service = units.find((unit) => unit.name === name) as Service
  const stages = stagesOf(inputs.config, service)
  if (!isStage(stage) || !stages.includes(stage)) throw new UsageError(unknownStage(stage, stages))
  if (shard !== undefined) checkShard(service, stage, shard)
  const behind = imagesBehind(inputs.config, [service])
  if (stage !== "preflight" && stage !== "test")
    checkSecrets(behind, inputs.run.secrets ?? new Map())
  const workspace = await openWorkspace(inputs, behind)
  const container = await STAGE_DEFINITIONS[stage].debug({
    workspace,
    service,
    ...(shard !== undefined && { shard }),
  })
  return container.withDefaultTerminalCmd(["sh"])
}

/** The container after its step has run again, which nothing that was cached answers. */
export function runAgain(container: Container): Container {
  return container
    .withEnvVariable("PIPELINE_RERUN", new Date().toISOString())
    .withExec(["sh", "-c", 'sh -c "$PIPELINE_STEP"'])
}

function checkShard({ name, test }: Service, stage: Stage, shard: number): void {
  if (stage !== "test" || test.shards === 1)
    throw new UsageError(`The step ${stage} of ${name} has no shards: leave --shard out`)
  if (!Number.isInteger(shard) || shard < 1 || shard > test.shards)
    throw new UsageError(`${name} has no shard ${shard}: they are 1 to ${test.shards}`)
}

function isStage(text: string): text is Stage {
  return (STAGES as readonly string[]).includes(text)
}

function unknownStage(text: string, stages: readonly Stage[]): string {
  const guess = closest(text, stages)
  return `There is no step ${JSON.stringify(text)}. ${guess ? `Did you mean ${JSON.stringify(guess)}?` : `The steps are: ${stages.join(", ")}`}`
}
