import { showBase, showPath, showReason } from "./describe.js"
import type { Plan, SelectedService } from "./plan.js"
import { checkNames } from "./select.js"
import { type ChangeConfig, runnable, type ServiceUnit } from "./units.js"

/**
 * Says why a service is in a plan, or why it is not. With the configuration, it also says what would
 * select it.
 *
 * @throws ChangeError (2) for a name that `services.json` does not have
 */
export function explain(plan: Plan, name: string, config?: ChangeConfig): string {
  const names = [...plan.services, ...plan.skipped].map((service) => service.name)
  checkNames(names, [name])
  const selected = plan.services.find((service) => service.name === name)
  const lines =
    selected === undefined ? explainAbsence(plan, name) : explainPresence(plan, selected)
  const unit = config && runnable(config).find((service) => service.name === name)
  return [...lines, ...(unit === undefined ? [] : explainRules(unit))].join("\n") + "\n"
}

function explainPresence({ all }: Plan, { name, reasons, via }: SelectedService): string[] {
  const count = reasons.length === 1 ? "1 reason" : `${reasons.length} reasons`
  const width = Math.max(...reasons.map(({ kind }) => kind.length))
  return [
    `${name} runs, for ${count}:`,
    ...reasons.map((reason) => `  ${reason.kind.padEnd(width)}  ${showReason(reason)}`),
    ...(via === undefined ? [] : [`  shortest way: ${via.map(showPath).join(" -> ")}`]),
    ...(all === null ? [] : [`  everything runs, because ${showPath(all.message)}`]),
  ]
}

function explainAbsence(plan: Plan, name: string): string[] {
  const skipped = plan.skipped.find((service) => service.name === name)
  if (skipped?.why === "not requested")
    return [`${name} does not run: other services were asked for.`]
  const files = plan.files === 1 ? "1 file" : `${plan.files} files`
  return [
    `${name} does not run: of ${files} changed since ${showBase(plan.base)}, none concerns it.`,
  ]
}

function explainRules({ path, dockerfile, inputs, dependsOn, ignore }: ServiceUnit): string[] {
  const folder = path === "." ? "the whole repository" : `${showPath(path)}/`
  const outside = dockerfile !== undefined && !dockerfile.startsWith(`${path}/`) && path !== "."
  return [
    "It is selected by changes in:",
    `  ${folder}${ignore.length > 0 ? ` except ${ignore.join(", ")}` : ""}`,
    ...(outside ? [`  ${showPath(dockerfile)} (Dockerfile)`] : []),
    ...inputs.map((glob) => `  ${glob} (input)`),
    ...dependsOn.map((dep) => `  whatever selects ${dep} (depends_on)`),
  ]
}
