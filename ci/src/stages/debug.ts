import type { Container } from "@dagger.io/dagger"
import { dag } from "@dagger.io/dagger"
import { checkNames } from "../changes/select.js"
import type { Service } from "../config/index.js"
import { closest } from "../config/index.js"
import type { RecordedStep } from "../run/recorded-step.js"
import { describeRecorded } from "../run/recorded-step.js"
import type { Stage } from "../run/rows.js"
import { STAGES } from "../run/rows.js"
import { UsageError } from "../run/usage-error.js"
import { standInsOf } from "./base-images.js"
import { STAGE_DEFINITIONS } from "./index.js"
import type { RunInputs } from "./open-workspace.js"
import { openWorkspace } from "./open-workspace.js"
import { checkSecrets } from "./secrets.js"
import { STEP_FOLDER } from "./step-script.js"
import { imagesBehind, stagesOf } from "./units.js"
import type { Workspace } from "./workspace.js"

/** Says, before anything else, which recorded step this is. */
const ABOUT = `${STEP_FOLDER}/about`

/** Which step to take up. */
export interface DebugRequest {
  service: string
  step: string
  /** Of the tests, counted from 1, when they are split. */
  shard?: number
  /** Security tool of the step scan; absent: the one of the record, or the first. */
  tool?: string
  /** Whether the step is run at once, whatever was cached. */
  rerun?: boolean
  /** What a record says of it. */
  recorded?: RecordedStep
}

/**
 * The container just before a stage's step, with a shell as its terminal.
 *
 * @throws UsageError or ChangeError for a stage, service or shard that does not exist
 */
export async function debugContainer(
  inputs: RunInputs,
  { service: name, step: stage, shard, recorded, tool = recorded?.tool, rerun }: DebugRequest,
): Promise<Container> {
  const { services, integration } = inputs.config
  const units = [...services, ...integration]
  checkNames(
    units.map((unit) => unit.name),
    [name],
  )
  const service = units.find((unit) => unit.name === name) as Service
  // What a run only does where it is asked for can be looked at all the same.
  const own = new Set(stagesOf(inputs.config, service))
  const isService = own.has("build")
  const stages = STAGES.filter(
    (each) => own.has(each) || (isService && (each === "scan" || each === "push")),
  )
  if (!isStage(stage) || !stages.includes(stage)) throw new UsageError(unknownStage(stage, stages))
  if (stage === "push" && rerun)
    throw new UsageError(
      `A push is made again by \`ci --service=${name} --push\`; without --rerun, this is its image`,
    )
  if (shard !== undefined) checkShard(service, stage, shard)
  if (tool !== undefined && stage !== "scan")
    throw new UsageError(`The step ${stage} runs no security tool: leave --tool out`)
  const behind = imagesBehind(inputs.config, [service])
  if (!["preflight", "test", "scan"].includes(stage))
    checkSecrets(behind, inputs.run.secrets ?? new Map())
  const workspace = await openWorkspace(inputs, behind)
  const { debug, privileged: insecureRootCapabilities = false } = STAGE_DEFINITIONS[stage]
  const before = await debug({
    ...{ workspace, service },
    ...(shard !== undefined && { shard }),
    ...(tool !== undefined && { tool }),
  })
  const container = recorded
    ? before.withNewFile(
        ABOUT,
        `${(await differences(workspace, behind, service, recorded)).join("\n")}\n`,
      )
    : before
  const rights = { insecureRootCapabilities }
  const about = recorded ? `cat ${ABOUT}; ` : ""
  const open = container.withDefaultTerminalCmd(["sh", "-c", `${about}exec sh`], rights)
  return rerun ? runAgain(open, rights) : open
}

/** What is not as a record says, for the first lines of a terminal. */
async function differences(
  workspace: Workspace,
  behind: Service[],
  service: Service,
  recorded: RecordedStep,
): Promise<string[]> {
  return describeRecorded(recorded, {
    engine: await dag.version(),
    standIns: await standInsOf(workspace, behind),
    inputs: await workspace.content.digestOf(service),
  })
}

/** The container after its step has run again, which nothing that was cached answers. */
function runAgain(container: Container, rights: { insecureRootCapabilities: boolean }): Container {
  const script = `[ ! -e ${ABOUT} ] || cat ${ABOUT} >&2; sh -c "$PIPELINE_STEP"`
  return container
    .withEnvVariable("PIPELINE_RERUN", new Date().toISOString())
    .withExec(["sh", "-c", script], rights)
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
