import { fileURLToPath } from "node:url"
import { format, resolveConfig } from "prettier"
import { createGenerator } from "ts-json-schema-generator"
import { expect, it } from "vitest"

const PROJECT = fileURLToPath(new URL("../../../ci/tsconfig.json", import.meta.url))
const RECORD = fileURLToPath(new URL("../../../ci/src/run/record.ts", import.meta.url))
const FILE = "../../../ci/schema/run.schema.json"

// Made from the types that the program itself is written with; `--update` writes it anew.
it("ci/schema/run.schema.json describes run.json", async () => {
  const schema = createGenerator({
    ...{ path: RECORD, tsconfig: PROJECT, type: "FullRecord", skipTypeCheck: true },
    // A field more is no new version: readers ignore what they don't know.
    additionalProperties: true,
  }).createSchema("FullRecord")
  const titled = { title: "run.json: one run of the pipeline, complete", ...schema }
  const text = await format(JSON.stringify(titled), {
    ...(await resolveConfig(RECORD)),
    filepath: FILE,
  })
  await expect(text).toMatchFileSnapshot(FILE)
}, 60_000)
