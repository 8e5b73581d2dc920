import type { RegisterTaskDefinitionCommandInput, Tag, TaskDefinition } from "@aws-sdk/client-ecs"
import type { Aws } from "../aws/aws.js"
import type { Target } from "../config/target.js"
import { DeployError, EXIT } from "../errors.js"

/** A line that changes in a task definition. */
export interface Difference {
  path: string
  before: string
  after: string
}

/** What AWS adds, and does not take back. */
const ADDED_BY_AWS = [
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
  "deleteRequestedAt",
]

/** A task definition with its tags, which a new revision does not get by itself. */
export type TaggedDefinition = TaskDefinition & { tags?: Tag[] }

/** @throws DeployError 1 when it does not exist or can't be used any more */
export async function describeTaskDefinition(aws: Aws, arn: string): Promise<TaggedDefinition> {
  const { taskDefinition, tags } = await aws.call("ecs:DescribeTaskDefinition", {
    ...{ taskDefinition: arn, include: ["TAGS"] },
  })
  if (taskDefinition === undefined)
    throw new DeployError(`there is no task definition ${arn}`, EXIT.failed)
  return { ...taskDefinition, ...(tags && tags.length > 0 && { tags }) }
}

/**
 * The container that gets the image.
 *
 * @throws DeployError 2 when that can't be known
 */
export function containerOf({ containerDefinitions = [] }: TaskDefinition, target: Target): string {
  const names = containerDefinitions.map(({ name = "" }) => name)
  const wanted = target.container ?? (names.length === 1 ? names[0] : target.service)
  if (wanted !== undefined && names.includes(wanted)) return wanted
  throw new DeployError(
    `the task definition of ${target.ecsService} has no container "${wanted}", but ${names.join(", ")}`,
    EXIT.usage,
    `set deploy.container of ${target.service} in services.json to one of these`,
  )
}

/** The same task with another image: nothing else of it changes. */
export function withImage(
  current: TaggedDefinition,
  container: string,
  image: string,
): RegisterTaskDefinitionCommandInput {
  const kept = Object.entries(current).filter(([key]) => !ADDED_BY_AWS.includes(key))
  return {
    ...(Object.fromEntries(kept) as Omit<TaskDefinition, "revision">),
    family: current.family,
    containerDefinitions: (current.containerDefinitions ?? []).map((definition) =>
      definition.name === container ? { ...definition, image } : definition,
    ),
  }
}

/** What differs between two values, each as a path and two texts. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (!isObject(before) || !isObject(after)) {
    const [one, other] = [JSON.stringify(before), JSON.stringify(after)]
    return one === other ? [] : [{ path, before: one ?? "none", after: other ?? "none" }]
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap((key) => {
    const inner = Array.isArray(before) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`
    return differences(before[key], after[key], inner)
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null
}
