import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { format, resolveConfig } from "prettier"
import { describe, expect, it } from "vitest"

import { builtInBackingServices, formatIssues, parseConfig } from "../../../ci/src/config/index.js"
import { pipelineJsonSchema, servicesJsonSchema } from "../../../ci/src/config/json-schema.js"
import { PipelineFile } from "../../../ci/src/config/pipeline-file.js"
import { schemaAt } from "../../../ci/src/config/schema-issues.js"
import { ServicesFile } from "../../../ci/src/config/services-file.js"
import { fieldsOf, fieldTable } from "./fields.js"

/*
 * The JSON Schemas and the tables of the guide are made from the zod schemas. After a change there,
 * `npx vitest run test/unit/config/documentation.test.ts --update` writes them anew.
 */

const GUIDE = fileURLToPath(new URL("../../../docs/configuration.md", import.meta.url))

const files = [
  { name: "services", zod: ServicesFile, schema: servicesJsonSchema() },
  { name: "pipeline", zod: PipelineFile, schema: pipelineJsonSchema() },
]
const fields = files.flatMap(({ name, zod, schema }) =>
  fieldsOf(schema).map((field) => ({ file: name, zod, ...field })),
)

async function pretty(text: string, file: string): Promise<string> {
  return format(text, { ...(await resolveConfig(GUIDE)), filepath: file })
}

describe("generated files are current:", () => {
  it.each(files)("ci/schema/$name.schema.json", async ({ name, schema }) => {
    const file = `../../../ci/schema/${name}.schema.json`
    await expect(await pretty(JSON.stringify(schema), file)).toMatchFileSnapshot(file)
  })

  it("the tables of docs/configuration.md", async () => {
    const marker = /(<!-- fields: (\w+)(?: (\S+))? -->)[^]*?(<!-- end -->)/g
    const guide = readFileSync(GUIDE, "utf8")
    const sections = [...guide.matchAll(marker)].map(([, , file, prefix = ""]) => ({
      file,
      prefix,
    }))
    const tables = guide.replace(marker, (_, start: string, file: string, prefix = "") => {
      const ofFile = fields.filter((field) => field.file === file)
      const others = sections.filter((other) => other.file === file).map((other) => other.prefix)
      return `${start}\n\n${fieldTable(ofFile, prefix as string, others)}\n\n<!-- end -->`
    })
    await expect(await pretty(tables, GUIDE)).toMatchFileSnapshot(GUIDE)
  })
})

describe("every field", () => {
  it.each(fields)("of $file.$key says what it is", ({ schema }) => {
    expect(schema.description).toMatch(/^[A-Z].*\.$|^.* if absent\.$/)
    expect(schema.examples).not.toHaveLength(0)
  })

  it.each(fields)("of $file.$key accepts its own examples", ({ zod, path, schema }) => {
    for (const example of schema.examples ?? []) {
      expect(schemaAt(zod, path)?.safeParse(example)).toMatchObject({ success: true })
    }
  })

  it("is in the guide", () => {
    const guide = readFileSync(GUIDE, "utf8")
    const missing = fields.filter(({ schema }) => !guide.includes(schema.description ?? "?"))
    expect(missing.map(({ key }) => key)).toEqual([])
  })
})

describe("every built-in backing service", () => {
  it.each(Object.entries(builtInBackingServices()))("is in the guide: %s", (_, builtIn) => {
    const guide = readFileSync(GUIDE, "utf8")
    const [variable] = Object.entries(builtIn.provides)
    expect(guide).toContain(`\`${builtIn.image}\``)
    expect(guide).toContain(`\`${variable?.join("=")}\``)
  })
})

describe("the examples in docs/configuration.md", () => {
  const blocks = [...readFileSync(GUIDE, "utf8").matchAll(/^```(json|yaml)\n([^]*?)^```$/gm)].map(
    ([, language, text = ""]) => ({ language, text, start: text.trim().split("\n")[0] }),
  )

  it.each(blocks)("are right: $language $start", ({ language, text }) => {
    const services = language === "json" ? text : "[]"
    const { issues } = parseConfig({
      services: { path: "services.json", text: services },
      ...(language === "yaml" && { pipeline: { path: "pipeline.yaml", text } }),
    })
    expect(formatIssues(issues)).toBe("")
  })
})
