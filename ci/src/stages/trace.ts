import { getTracer } from "@dagger.io/dagger/telemetry"
import type { Row, Stage, Status } from "../run/rows.js"

/** What OpenTelemetry's conventions for CI/CD call our results. */
const RESULTS: Record<Status, string> = {
  passed: "success",
  failed: "failure",
  error: "error",
  skipped: "skip",
}

/**
 * Does a stage's work inside a span of its own, which everything that it asks of the engine belongs
 * to. Dagger sends its spans to wherever the OTEL_EXPORTER_OTLP_* variables of its caller say.
 *
 * Attributes: https://opentelemetry.io/docs/specs/semconv/registry/attributes/cicd/
 */
export async function traced(
  service: string,
  stage: Stage,
  work: () => Promise<Row>,
): Promise<Row> {
  return getTracer().startActiveSpan(
    `${service} ${stage}`,
    async (span) => {
      const row = await work()
      span.setAttributes({
        "cicd.pipeline.task.run.result": RESULTS[row.status],
        "pipeline.cached": row.cached ?? false,
        ...(row.reason !== "" && { "pipeline.reason": row.reason }),
      })
      return row
    },
    {
      "cicd.pipeline.name": "ci",
      "cicd.pipeline.task.name": stage,
      "pipeline.service": service,
    },
  )
}
