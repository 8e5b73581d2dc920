import type { JsonSchema } from "../../../ci/src/config/json-schema.js"

/** A documented field of a configuration file. */
export interface Field {
  /** Such as "services[].test.retries" or "backing_services.*.port". */
  key: string
  /** The same as keys and indexes, with 0 for any item and "*" for any name. */
  path: (string | number)[]
  required: boolean
  schema: JsonSchema
}

/** Lists the fields that a JSON Schema describes, in its order, from the outside in. */
export function fieldsOf(root: JsonSchema): Field[] {
  const fields: Field[] = []
  const seen = new Set<string>()
  const visit = (schema: JsonSchema, key: string, path: Field["path"]): void => {
    const inner = resolve(root, schema)
    const required = new Set(inner.required)
    for (const [name, child] of Object.entries(inner.properties ?? {})) {
      const field: Field = {
        key: key === "" ? name : `${key}.${name}`,
        path: [...path, name],
        required: required.has(name),
        schema: asSchema(child),
      }
      if (seen.has(field.key)) continue
      seen.add(field.key)
      fields.push(field)
      visit(field.schema, field.key, field.path)
    }
    if (inner.items && !Array.isArray(inner.items)) {
      visit(asSchema(inner.items), `${key}[]`, [...path, 0])
    }
    if (inner.additionalProperties) {
      visit(asSchema(inner.additionalProperties), `${key}.*`, [...path, "*"])
    }
    for (const option of inner.anyOf ?? []) visit(asSchema(option), key, path)
  }
  // Of the forms that a file can have, the first is the one that tables describe.
  visit(asSchema(root.anyOf?.[0] ?? root), "", [])
  return fields
}

/** Writes the rows of a Markdown table for the fields directly or deeper under a key. */
export function fieldTable(fields: Field[], prefix: string, others: string[]): string {
  const deeper = others.filter((other) => other.length > prefix.length && isUnder(other, prefix))
  const rows = fields
    .filter(({ key }) => isUnder(key, prefix) && !deeper.some((other) => isUnder(key, other)))
    .map(({ key, required, schema }) => [
      `\`${key.slice(prefix.length).replace(/^\./, "")}\``,
      required ? "required" : defaultOf(schema),
      schema.description ?? "",
      (schema.examples ?? []).map((example) => `\`${JSON.stringify(example)}\``).join(", "),
    ])
  const table = [["Key", "Default", "Meaning", "Example"], ["-", "-", "-", "-"], ...rows]
  return table.map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`).join("\n")
}

function isUnder(key: string, prefix: string): boolean {
  return prefix === "" || key.startsWith(`${prefix}.`)
}

function defaultOf(schema: JsonSchema): string {
  return schema.default === undefined ? "none" : `\`${JSON.stringify(schema.default)}\``
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|")
}

function resolve(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const name = /^#\/\$defs\/(.*)$/.exec(schema.$ref ?? "")?.[1]
  return name === undefined ? schema : asSchema(root.$defs?.[name] ?? {})
}

function asSchema(schema: unknown): JsonSchema {
  return (typeof schema === "object" ? schema : {}) as JsonSchema
}
