import type { DesiredStatus, Task } from "@aws-sdk/client-ecs"
import type { Target } from "../config/target.js"
import type { Context } from "../context.js"

/** More than these are not looked at. */
const MOST_TASKS = 10

/** Tasks of a service that run or have stopped, some of them when there are many. */
export async function tasksOf(
  { aws }: Context,
  { cluster, ecsService }: Pick<Target, "cluster" | "ecsService">,
  desiredStatus: DesiredStatus,
): Promise<Task[]> {
  const { taskArns = [] } = await aws.call("ecs:ListTasks", {
    ...{ cluster, serviceName: ecsService, desiredStatus, maxResults: MOST_TASKS },
  })
  if (taskArns.length === 0) return []
  const { tasks = [] } = await aws.call("ecs:DescribeTasks", { cluster, tasks: taskArns })
  return tasks
}

/** The last part of a task's ARN, by which people know it. */
export function idOfTask({ taskArn = "" }: Pick<Task, "taskArn">): string {
  return taskArn.slice(taskArn.lastIndexOf("/") + 1)
}
