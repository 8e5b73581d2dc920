import type { DependencyPlan, Project } from "../language.js"
import { largeRequirements } from "./large.js"
import { lockInputs } from "./locks.js"
import { pythonSource } from "./manifests.js"
import { plainInputs } from "./plain.js"
import { COMPILE_PROGRAM, installStep, largeStep, LINK_PROGRAM } from "./script.js"

/** Says what a Python service's manifests install: as shipped, and with what the tests need. */
export async function pythonDependencies(project: Project): Promise<DependencyPlan> {
  const { path, testCommand } = project.service
  const source = await pythonSource(project)
  const inputs =
    source && "lock" in source
      ? await lockInputs(source, project)
      : await plainInputs(source, project)
  const large = largeRequirements(inputs.shippedTexts ?? [])
  return {
    ...(source && { manifest: "lock" in source ? source.lock : source.path }),
    ...("requirements" in inputs.shipped && {
      shipsPackages: inputs.shipped.requirements.some((file) =>
        /^\s*[A-Za-z0-9]/m.test(inputs.files.get(file) ?? ""),
      ),
    }),
    ...installStep(inputs, path, testCommand),
    programs: [COMPILE_PROGRAM, LINK_PROGRAM],
    ...(large.length > 0 && { first: largeStep(large) }),
    problems: inputs.problems,
    warnings: inputs.warnings,
  }
}
