import { join } from "node:path/posix"
import type { Container } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import { checkDockerfile, formatIssue, parse } from "../dockerfile/index.js"
import { generatedChecks, LANGUAGE_SUPPORT, SOURCE_FOLDER } from "../languages/index.js"
import { checksCommand, describeFailure, readChecks } from "../run/checks.js"
import { row } from "../run/rows.js"
import type { Dependencies, DependencyFailure } from "./dependencies.js"
import { dependencyFailure, INSTALLED_AT, readDependencies } from "./dependencies.js"
import { programFiles } from "./programs.js"
import type { StageDefinition } from "./stage.js"
import { reproduceCommand, stepRow } from "./stage.js"
import type { StepResult } from "./step.js"
import { beforeStep, runStep } from "./step.js"
import type { Workspace } from "./workspace.js"
import { serviceContainer } from "./workspace.js"

const TIMEOUT_SECONDS = 600

/** Dependencies, Dockerfile, declarations, lint, imports and generated files. All are checked, even after one failed. */
export const preflight: StageDefinition = {
  async run({ workspace, service }) {
    const reading = readDependencies(workspace, service)
    // Side by side: reading the declarations takes a step of its own, on an image of its own.
    const [dependencies, problems, checked] = await Promise.all([
      reading,
      declarationProblems(workspace, service),
      reading.then((known) => runChecks(workspace, known)),
    ])
    if ("failure" in checked) {
      const { status, reason, tail, exitCode } = checked.failure
      return row(service.name, "preflight", status, {
        cached: false,
        exitCode,
        reason: [reason, ...problems].join("; "),
        tail: [...problems, ...tail],
        reproduce: reproduceCommand(service.name, "preflight"),
      })
    }
    const { result } = checked
    const { failures, installedAt, tail } = readChecks(result.tail)
    const reasons = [...problems, ...failures.map(describeFailure)]
    if (result.stopped) reasons.push(`took longer than ${TIMEOUT_SECONDS} s`)
    else if (result.exitCode !== 0 && failures.length === 0)
      reasons.push(`ended with exit code ${result.exitCode}`)
    return stepRow(
      service,
      "preflight",
      { ...result, tail: [...problems, ...tail] },
      reasons.join("; "),
      { notes: dependencyNotes(dependencies, installedAt, workspace) },
    )
  },

  async debug({ workspace, service }) {
    const dependencies = await readDependencies(workspace, service)
    const { container, command } = await checksContainer(workspace, dependencies)
    return beforeStep(container).withEnvVariable("PIPELINE_STEP", command)
  },
}

/** What the Dockerfile and the declarations of a service get wrong, one line each. */
async function declarationProblems(workspace: Workspace, service: Service): Promise<string[]> {
  const problems = await Promise.all([
    dockerfileProblems(workspace, service),
    workspace.undeclared(service),
  ])
  return problems.flat()
}

/** What the checks came to, or why there is no environment to run them in. */
async function runChecks(
  workspace: Workspace,
  dependencies: Dependencies,
): Promise<{ result: StepResult } | { failure: DependencyFailure }> {
  try {
    const { container, command } = await checksContainer(workspace, dependencies)
    const step = { command, timeout: TIMEOUT_SECONDS }
    return { result: await runStep(container, step, workspace.run) }
  } catch (error) {
    const failure = dependencyFailure(error, dependencies.plan.manifest)
    if (failure === undefined) throw error
    return { failure }
  }
}

/** The container that the checks run in, and the command that runs them all. */
async function checksContainer(
  workspace: Workspace,
  dependencies: Dependencies,
): Promise<{ container: Container; command: string }> {
  const { project, plan } = dependencies
  const { programs, checks, files } = await LANGUAGE_SUPPORT[project.service.language].preflight(
    project,
    plan,
  )
  let container = serviceContainer(workspace, dependencies)
  for (const [path, text] of Object.entries(files))
    container = container.withNewFile(join(SOURCE_FOLDER, path), text)
  for (const [path, text] of Object.entries(await programFiles(programs)))
    container = container.withNewFile(path, text)
  const { path, generated } = project.service
  // Last, because they write into the checkout.
  const all = [...checks, ...generatedChecks(generated, SOURCE_FOLDER, path)]
  return { container, command: checksCommand(all, INSTALLED_AT) }
}

/** What would make the build of the service's Dockerfile fail, one line each. */
async function dockerfileProblems(
  { config, repository }: Workspace,
  { dockerfile, build }: Service,
): Promise<string[]> {
  if (dockerfile === undefined) return []
  const options = {
    args: build.args,
    images: Object.keys(config.images),
    ...(build.target !== undefined && { target: build.target }),
  }
  return checkDockerfile(parse(await repository.read(dockerfile), dockerfile), options)
    .filter(({ severity }) => severity === "error")
    .map(formatIssue)
}

/** Whether the dependencies were there already, and what a developer should know of them. */
function dependencyNotes(
  { plan }: Dependencies,
  installedAt: number | undefined,
  { run }: Workspace,
): string[] {
  if (installedAt === undefined) return [...plan.warnings]
  const isReused = installedAt * 1000 < run.started.getTime()
  return [`dependencies ${isReused ? "cached" : "installed"}`, ...plan.warnings]
}
