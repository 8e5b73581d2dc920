import type { ContainerDefinition, Task } from "@aws-sdk/client-ecs"
import type { Target } from "./config/target.js"
import type { Context } from "./context.js"
import { describeTaskDefinition } from "./ecs/task-definition.js"
import { idOfTask, tasksOf } from "./ecs/tasks.js"

/** Lines of each container, and tasks whose containers are looked at. */
const MOST_LINES = 40
const MOST_TASKS = 4

/** A stream that one container of one task writes. */
interface Stream {
  logGroupName: string
  logStreamName: string
}

/**
 * The last lines that a service's tasks wrote, each container's by itself: those of tasks that have
 * stopped first, since they say why.
 *
 * @param only task definition; tasks of any if absent
 */
export async function logTail(context: Context, target: Target, only?: string): Promise<string[]> {
  const [stopped, running] = await Promise.all([
    tasksOf(context, target, "STOPPED"),
    tasksOf(context, target, "RUNNING"),
  ])
  const tasks = [...newestFirst(stopped), ...newestFirst(running)]
    .filter(({ taskDefinitionArn }) => only === undefined || taskDefinitionArn === only)
    .slice(0, MOST_TASKS)
  const parts = await Promise.all(
    tasks.map(async (task) => {
      const { containerDefinitions = [] } = await describeTaskDefinition(
        context.aws,
        task.taskDefinitionArn ?? "",
      )
      const streams = containerDefinitions.flatMap((each) => streamOf(each, idOfTask(task)))
      return Promise.all(streams.map((stream) => lastLines(context, stream)))
    }),
  )
  return parts.flat(2)
}

/** How the log driver names a container's stream; none without a prefix, or for another driver. */
function streamOf({ name, logConfiguration }: ContainerDefinition, task: string): Stream[] {
  const { "awslogs-group": group, "awslogs-stream-prefix": prefix } =
    logConfiguration?.options ?? {}
  if (group === undefined || prefix === undefined) return []
  return [{ logGroupName: group, logStreamName: `${prefix}/${name}/${task}` }]
}

async function lastLines({ aws }: Context, stream: Stream): Promise<string[]> {
  // From the end: of a service that writes much, the first page from the front is long ago.
  const answer = await aws.find("logs:GetLogEvents", {
    ...{ ...stream, startFromHead: false, limit: MOST_LINES },
  })
  const events = answer?.events ?? []
  if (events.length === 0) return []
  return [
    `== ${stream.logStreamName}`,
    ...events.map(({ timestamp, message = "" }) =>
      `${timestamp === undefined ? "" : `${new Date(timestamp).toISOString()} `}${message}`.trimEnd(),
    ),
  ]
}

function newestFirst(tasks: Task[]): Task[] {
  const time = ({ createdAt }: Task) => createdAt?.getTime() ?? 0
  return tasks.toSorted((one, other) => time(other) - time(one))
}
