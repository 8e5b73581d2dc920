import { differences, withImage } from "../ecs/task-definition.js"
import { digestOf } from "../ecs/service.js"
import type { Check } from "./checks.js"
import type { Prepared } from "./prepare.js"

const MARKS = { ok: "ok     ", warning: "warning", failed: "FAILED " } as const

/** What the checks found, a line or two for each. */
export function checkLines(checks: Check[]): string[] {
  return checks.flatMap(({ name, state, text, next }) => [
    `${MARKS[state]} ${name}: ${text}`,
    ...(next === undefined ? [] : [`        next: ${next}`]),
  ])
}

/** Exactly what a deployment would do. */
export function planLines(prepared: Prepared): string[] {
  const { target, current, container, digest, tag, previous, plan, checks, isRunning } = prepared
  const after = withImage(current, container, `${target.repository}@${digest}`)
  const before = digestOf(previous, container) ?? "nothing that passed"
  const changes = differences(withImage(current, container, imageOf(prepared)), after)
  return [
    `Would deploy ${target.service} ${tag} to ${target.environment.name} (${target.cluster}/${target.ecsService}), ${target.strategy}`,
    ...(isRunning ? ["It runs already, so nothing would be done."] : []),
    "",
    ...checkLines(checks),
    "",
    `image: ${before} -> ${digest}`,
    `task definition: a new revision of ${current.family}`,
    ...changes.flatMap((change) => [
      `  ${change.path}`,
      `  - ${change.before}`,
      `  + ${change.after}`,
    ]),
    `ecs:UpdateService deploymentConfiguration: ${JSON.stringify(plan.configuration, null, 2)}`,
    `deadline: ${plan.deadline} s; watched for ${plan.watch} s after ECS is done`,
  ]
}

function imageOf({ current, container }: Prepared): string {
  return current.containerDefinitions?.find(({ name }) => name === container)?.image ?? "none"
}
