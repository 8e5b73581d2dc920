import type { Observation } from "./gates/decide.js"

/** One line about a look: it changes when something worth showing changes. */
export function progressLine(look: Observation): string {
  const { status, stage, weight, runningTasks, failedTasks, unhealthyTargets, probe } = look
  return [
    stage === undefined ? status : `${status} ${stage}`,
    `${weight} % of the traffic`,
    `${runningTasks} new tasks run`,
    ...(failedTasks > 0 ? [`${failedTasks} stopped`] : []),
    ...(unhealthyTargets > 0 ? [`${unhealthyTargets} targets unhealthy`] : []),
    ...(probe ? [probe.passed ? "transactions pass" : `transactions fail: ${probe.reason}`] : []),
    ...(look.alarms.length > 0 ? [`ALARM: ${look.alarms.join(", ")}`] : []),
    ...(look.hook ? [`waits at ${look.hook.stage}`] : []),
    ...(look.reason === "" ? [] : [look.reason]),
  ].join(", ")
}
