import { z } from "zod"

import type { KeyPath } from "./document.js"
import type { Finding } from "./issues.js"
import { closest } from "./suggest.js"

/** What zod says about one value. */
type SchemaIssue = z.core.$ZodIssue

/** The value with its defaults, when the findings are none. */
export interface SchemaResult<Value> {
  value?: Value
  findings: Finding[]
}

/**
 * Checks a value against a schema and says what is wrong in the words of our files: the value
 * itself, what the schema's description wants in its place, and the key that a misspelt one meant.
 */
export function checkSchema<Value>(schema: z.ZodType<Value>, value: unknown): SchemaResult<Value> {
  const result = schema.safeParse(value)
  if (result.success) return { value: result.data, findings: [] }
  const findings = result.error.issues.flatMap((issue) => translate(issue, { schema, value }, []))
  return { findings: withoutExplainedGaps(findings) }
}

/** A schema and the value that was checked with it. */
interface Checked {
  schema: z.ZodType
  value: unknown
}

function translate(issue: SchemaIssue, checked: Checked, base: KeyPath): Finding[] {
  const path = [...base, ...issue.path.map(toKey)]
  const value = valueAt(checked.value, path)
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, path, checked))
    case "invalid_type":
      return [wrongType(issue.expected, path, checked)]
    case "invalid_value":
      return [wrongChoice(issue.values.map(String), value, path)]
    case "invalid_union":
      return bestBranch(issue.errors, checked, path)
    case "invalid_key":
      return issue.issues.map(({ message }) => ({
        path,
        part: "key",
        message: `${show(path.at(-1))} ${message}`,
      }))
    case "too_small":
      return [{ path, message: `${subject(value)}${minimum(issue)}` }]
    case "too_big":
      return [{ path, message: `${subject(value)}must be at most ${issue.maximum}` }]
    case "custom":
      return [
        {
          ...wanted(path, checked),
          path,
          message: subject(value) + issue.message,
          ...texts(issue.params),
        },
      ]
    default:
      return [{ path, message: subject(value) + issue.message }]
  }
}

function unknownKey(key: string, parent: KeyPath, { schema }: Checked): Finding {
  const known = Object.keys(shapeOf(schemaAt(schema, parent)))
  const meant = closest(key, known)
  return {
    path: [...parent, key],
    part: "key",
    message: "unknown key",
    expected: `one of ${known.join(", ")}`,
    ...(meant !== undefined && { suggestion: `did you mean "${meant}"?` }),
  }
}

function wrongType(type: string, path: KeyPath, checked: Checked): Finding {
  const value = valueAt(checked.value, path)
  const hint = { path, ...wanted(path, checked) }
  if (value === undefined) return { ...hint, message: "is missing" }
  if (type === "int") return { ...hint, message: `${show(value)} must be a whole number` }
  const message = `must be ${TYPE_NAMES[type] ?? type}, not ${typeName(value)}`
  const isBare = typeof value === "number" || typeof value === "boolean"
  if (type !== "string" || !isBare) return { ...hint, message }
  return { ...hint, message, suggestion: "put the value in double quotes" }
}

/** What the documentation of the field at a path says. */
function wanted(path: KeyPath, { schema }: Checked): Pick<Finding, "expected"> {
  const expected = describe(schemaAt(schema, path))
  return expected === undefined ? {} : { expected }
}

function wrongChoice(choices: string[], value: unknown, path: KeyPath): Finding {
  const meant = typeof value === "string" ? closest(value, choices) : undefined
  const list = choices.map((choice) => JSON.stringify(choice)).join(", ")
  return {
    path,
    message: value === undefined ? "is missing" : `${subject(value)}must be one of ${list}`,
    ...(value === undefined && { expected: `one of ${list}` }),
    ...(meant !== undefined && { suggestion: `did you mean "${meant}"?` }),
  }
}

/** Of the forms that a value can have, explains the one that it was going to have. */
function bestBranch(branches: SchemaIssue[][], checked: Checked, path: KeyPath): Finding[] {
  const fitting = branches.filter(
    (issues) => !issues.some((issue) => issue.code === "invalid_type" && issue.path.length === 0),
  )
  const [best] = [...fitting].sort((one, other) => one.length - other.length)
  if (best) return best.flatMap((issue) => translate(issue, checked, path))
  const types = branches.flatMap((issues) =>
    issues.flatMap((issue) =>
      issue.code === "invalid_type" ? [TYPE_NAMES[issue.expected] ?? issue.expected] : [],
    ),
  )
  const actual = typeName(valueAt(checked.value, path))
  return [{ path, message: `must be ${types.join(" or ")}, not ${actual}` }]
}

/** "language is missing" needs no saying where "languge" was found and explained. */
function withoutExplainedGaps(findings: Finding[]): Finding[] {
  const meant = new Set<string>()
  for (const { message, path, suggestion } of findings) {
    const key = message === "unknown key" && /^did you mean "(.*)"\?$/.exec(suggestion ?? "")?.[1]
    if (key) meant.add(JSON.stringify([...path.slice(0, -1), key]))
  }
  return findings.filter(
    ({ message, path }) => message !== "is missing" || !meant.has(JSON.stringify(path)),
  )
}

const TYPE_NAMES: Record<string, string> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
}

function typeName(value: unknown): string {
  if (value === null) return "null"
  if (Array.isArray(value)) return "a list"
  if (typeof value === "boolean") return String(value)
  if (typeof value === "number" && !Number.isFinite(value)) return String(value)
  return TYPE_NAMES[typeof value] ?? typeof value
}

/** A value that fits a line is named in the message. */
function subject(value: unknown): string {
  return value === undefined || typeof value === "object" ? "" : `${show(value)} `
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function minimum(issue: z.core.$ZodIssueTooSmall): string {
  return issue.origin === "array" ? "must not be empty" : `must be at least ${issue.minimum}`
}

function texts(params: Record<string, unknown> | undefined): Partial<Finding> {
  const { expected, suggestion } = params ?? {}
  return {
    ...(typeof expected === "string" && { expected }),
    ...(typeof suggestion === "string" && { suggestion }),
  }
}

function toKey(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key)
}

function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string | number, unknown>)[key]
  }
  return value
}

/** The first sentence of a field's documentation, and an example. */
function describe(schema: z.ZodType | undefined): string | undefined {
  for (let inner = schema; inner; inner = unwrap(inner)) {
    const { description, examples } = inner.meta() ?? {}
    if (description === undefined) continue
    const sentence = description.replace(/\.( .*)?$/s, "")
    const start = sentence.charAt(0).toLowerCase() + sentence.slice(1)
    const [example] = Array.isArray(examples) ? (examples as unknown[]) : []
    return example === undefined ? start : `${start}; for example ${JSON.stringify(example)}`
  }
  return undefined
}

/** Finds the part of a schema that checks the value at a path. */
export function schemaAt(root: z.ZodType, path: KeyPath): z.ZodType | undefined {
  let schema: z.ZodType | undefined = root
  for (const key of path) schema = schema && childOf(schema, key)
  return schema
}

function childOf(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  const inner = unwrap(schema)
  if (inner) return childOf(inner, key)
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType
  if (schema instanceof z.ZodUnion) {
    const options = schema.options as z.ZodType[]
    return options.map((option) => childOf(option, key)).find((child) => child !== undefined)
  }
  const shape = shapeOf(schema)
  return Object.hasOwn(shape, key) ? shape[key] : undefined
}

function shapeOf(schema: z.ZodType | undefined): Record<string, z.ZodType> {
  if (!schema) return {}
  if (schema instanceof z.ZodObject) return schema.shape as Record<string, z.ZodType>
  if (schema instanceof z.ZodUnion) {
    return Object.assign({}, ...(schema.options as z.ZodType[]).map(shapeOf))
  }
  return shapeOf(unwrap(schema))
}

function unwrap(schema: z.ZodType): z.ZodType | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return schema.unwrap() as z.ZodType
  }
  return undefined
}
