import type { Service } from "../config/index.js"
import { LANGUAGE_SUPPORT } from "../languages/index.js"
import type { StageDefinition } from "./stage.js"
import { stepRow } from "./stage.js"
import { beforeStep, runStep } from "./step.js"
import { serviceContainer } from "./workspace.js"

const TIMEOUT_SECONDS = 600
const MARK = "pipeline-check:"

/** Lint and import validation, in one step: the language says which commands. */
export const preflight: StageDefinition = {
  async run({ workspace, service }) {
    const step = { command: checksCommand(service), timeout: TIMEOUT_SECONDS }
    const result = await runStep(serviceContainer(workspace, service), step, workspace.run)
    return stepRow(
      service,
      "preflight",
      { ...result, tail: result.tail.filter((line) => !line.startsWith(MARK)) },
      failure(result),
    )
  },
  debug: ({ workspace, service }) =>
    beforeStep(serviceContainer(workspace, service)).withEnvVariable(
      "PIPELINE_STEP",
      checksCommand(service),
    ),
}

/** Runs all checks, even after one failed: a developer wants every problem at once. */
function checksCommand(service: Service): string {
  const checks = LANGUAGE_SUPPORT[service.language].checks(service)
  const commands = checks.map(
    ({ name, command }) => `echo '${MARK} ${name}'\n( ${command}\n) || failed="$failed ${name}"`,
  )
  return `failed=\n${commands.join("\n")}\nif [ -n "$failed" ]; then echo "${MARK} failed:$failed"; exit 1; fi`
}

function failure({
  exitCode,
  timedOut,
  tail,
}: {
  exitCode: number
  timedOut: boolean
  tail: string[]
}): string {
  if (exitCode === 0) return ""
  if (timedOut) return `took longer than ${TIMEOUT_SECONDS} s`
  const failed = tail
    .findLast((line) => line.startsWith(`${MARK} failed:`))
    ?.slice(`${MARK} failed:`.length)
    .trim()
  return failed ? `${failed.split(" ").join(" and ")} failed` : `ended with exit code ${exitCode}`
}
