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

/**
 * The container just before a stage's step, with a shell as its terminal.
 *
 * @throws UsageError or ChangeError for a stage or service that does not exist
 */
export async function debugContainer(
  inputs: RunInputs,
  name: string,
  stage: string,
): Promise<Container> {
  const { services } = inputs.config
  checkNames(
    services.map((service) => service.name),
    [name],
  )
  if (!isStage(stage)) throw new UsageError(unknownStage(stage))
  const service = services.find((candidate) => candidate.name === name) as Service
  const workspace = await openWorkspace(inputs, [service])
  const container = await STAGE_DEFINITIONS[stage].debug({ workspace, service })
  return container.withDefaultTerminalCmd(["sh"])
}

function isStage(text: string): text is Stage {
  return (STAGES as readonly string[]).includes(text)
}

function unknownStage(text: string): string {
  const guess = closest(text, STAGES)
  return `There is no step ${JSON.stringify(text)}. ${guess ? `Did you mean ${JSON.stringify(guess)}?` : `The steps are: ${STAGES.join(", ")}`}`
}
