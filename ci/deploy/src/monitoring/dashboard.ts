import type { Alarm } from "./alarms.js"

/** CloudWatch refuses a dashboard with more widgets. */
export const MOST_WIDGETS = 500

const WIDTH = 12
const HEIGHT = 6

/** A dashboard with a graph for each alarm, two side by side, as CloudWatch's JSON. */
export function dashboardOf(region: string, account: string, alarms: Alarm[]): string {
  const widgets = alarms.map(({ AlarmName }, index) => ({
    type: "metric",
    ...{ x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT },
    ...{ width: WIDTH, height: HEIGHT },
    properties: {
      title: AlarmName,
      annotations: { alarms: [`arn:aws:cloudwatch:${region}:${account}:alarm:${AlarmName}`] },
      view: "timeSeries",
    },
  }))
  return JSON.stringify({ widgets })
}
