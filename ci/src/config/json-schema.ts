import { z } from "zod"

import { PipelineFile } from "./pipeline-file.js"
import { ServiceEntry, ServicesFile } from "./services-file.js"

/**
 * The JSON Schemas that editors use for completion and help.
 *
 * Nothing in a run needs them; a test compares the files in `ci/schema` with what these return.
 */

/** A JSON Schema, as plain data. */
export type JsonSchema = z.core.JSONSchema.BaseSchema

/** Describes `services.json`: the object, or the bare list of services. */
export function servicesJsonSchema(): JsonSchema {
  const file = z.union([ServicesFile, z.array(ServiceEntry)]).meta({ title: "services.json" })
  return toJsonSchema(file)
}

/** Describes `pipeline.yaml`. */
export function pipelineJsonSchema(): JsonSchema {
  return toJsonSchema(PipelineFile.meta({ ...PipelineFile.meta(), title: "pipeline.yaml" }))
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  // "input": what people write, where everything with a default may be left out.
  return z.toJSONSchema(schema, { io: "input", reused: "inline" })
}
