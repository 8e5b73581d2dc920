import { dag, Container } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import type {
  DependencyPlan,
  DependencyStep,
  LanguageSupport,
  Project,
} from "../languages/index.js"
import { installerFailure, LANGUAGE_SUPPORT } from "../languages/index.js"
import { deepDependencies } from "../run/dependencies.js"
import type { BaseImages } from "./base-images.js"
import { isExecError } from "./engine-failure.js"
import { programFiles } from "./programs.js"
import type { Workspace } from "./workspace.js"

/** Says when the layer was made, in seconds since 1970: before the run began means it was reused. */
export const INSTALLED_AT = "/opt/pipeline-dependencies"

/** By this word a failed installation is told from every other command. */
const MARK = "pipeline-dependencies"

const INSTALL = `mkdir -p /opt; date +%s > ${INSTALLED_AT}; sh -ec "$1" 2>&1`

/** Manifests that can't be installed from; nothing was tried. */
export class ManifestError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"))
    this.name = "ManifestError"
  }
}

/** A service as its language sees it, and what its manifests install. */
export interface Dependencies {
  project: Project
  plan: DependencyPlan
}

/** Reads a service's manifests. */
export async function readDependencies(
  { config, repository }: Workspace,
  service: Service,
): Promise<Dependencies> {
  const libraries = deepDependencies(config, service.name).map(({ path }) => path)
  const project = { service, libraries, files: repository }
  const plan = await LANGUAGE_SUPPORT[service.language].dependencies(project)
  const programs = await programFiles(plan.programs)
  const withPrograms = <Step extends DependencyStep>(step: Step): Step => ({
    ...step,
    files: { ...programs, ...step.files },
  })
  const first = plan.first && withPrograms(plan.first)
  return { project, plan: { ...withPrograms(plan), ...(first && { first }) } }
}

/**
 * The image of a service's language with its dependencies, in layers that only the plan decides:
 * services with equal plans share them.
 *
 * @throws ManifestError when the manifests can't be installed from
 */
export function dependencyLayer(
  service: Service,
  plan: DependencyPlan,
  images: BaseImages,
): Container {
  if (plan.problems.length > 0) throw new ManifestError(plan.problems)
  const support = LANGUAGE_SUPPORT[service.language]
  const base = withCaches(
    support.withTools(dag.container().from(images.use(support.image(service.languageVersion)))),
    support,
  )
  if (plan.script === "") return base
  return [...(plan.first ? [plan.first] : []), plan].reduce(withStep, base)
}

function withStep(container: Container, { files, folder, script }: DependencyStep): Container {
  let directory = dag.directory()
  for (const [path, text] of Object.entries(files)) directory = directory.withNewFile(path, text)
  return container
    .withDirectory("/", directory)
    .withWorkdir(folder)
    .withExec(["sh", "-c", INSTALL, MARK, script])
}

function withCaches(container: Container, { caches }: LanguageSupport): Container {
  return caches.reduce(
    (cached, { path, key }) => cached.withMountedCache(path, dag.cacheVolume(key)),
    container,
  )
}

/** What a failed installation means for a row. */
export interface DependencyFailure {
  status: "failed" | "error"
  reason: string
  tail: string[]
  exitCode: number | null
}

/** Reads an error as a failed installation; undefined when it is something else. */
export function dependencyFailure(
  error: unknown,
  manifest: string | undefined,
): DependencyFailure | undefined {
  if (error instanceof ManifestError) {
    const [first = "", ...more] = error.problems
    const reason = `dependencies: ${first}${more.length > 0 ? ` (and ${more.length} more)` : ""}`
    return { status: "failed", reason, tail: [...error.problems], exitCode: null }
  }
  if (!isExecError(error) || !error.cmd.includes(MARK)) return undefined
  const output = [error.stdout, error.stderr].join("\n").trim()
  const { cause, isUnreachable, tail } = installerFailure(output)
  const from = manifest === undefined ? "" : ` from ${manifest}`
  return {
    status: isUnreachable ? "error" : "failed",
    reason: `dependencies${from} could not be installed: ${cause}`,
    tail,
    exitCode: error.exitCode,
  }
}
