import type { PutMetricFilterCommandInput } from "@aws-sdk/client-cloudwatch-logs"
import type { Environment } from "../../../src/config/types.js"

/** Namespace of the metrics that are counted from logs. */
export const LOG_NAMESPACE = "Pipeline/Logs"

/** The metric filter that counts the errors in a service's log. */
export function logErrorFilter(
  service: string,
  { name, monitoring }: Environment,
  logGroupName: string,
): PutMetricFilterCommandInput {
  const filterName = `${service}-${name}-log-errors`
  return {
    ...{ logGroupName, filterName, filterPattern: monitoring.logErrors },
    metricTransformations: [
      {
        ...{ metricName: filterName, metricNamespace: LOG_NAMESPACE },
        // Without a default, a quiet log would be no data instead of no error.
        ...{ metricValue: "1", defaultValue: 0 },
      },
    ],
  }
}
