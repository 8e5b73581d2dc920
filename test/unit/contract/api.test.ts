import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, it } from "vitest"
import type { ScannedArgument, ScannedModule, ScannedType } from "../../sdk/scan.js"
import { scanSources } from "../../sdk/scan.js"

const MODULE = fileURLToPath(new URL("../../../ci", import.meta.url))

/** Functions whose answer another call with the same arguments may reuse. None has an effect or a verdict. */
const REUSABLE: string[] = []

let module: ScannedModule

beforeAll(async () => {
  module = await scanSources(`${MODULE}/src`, "pipeline")
}, 120_000)

describe("the module's functions, as the SDK's own scan finds them", () => {
  // A change that is meant: npx vitest run --project unit test/unit/contract --update
  it("are the ones in api.json", async () => {
    await expect(`${JSON.stringify(contract(module), null, 2)}\n`).toMatchFileSnapshot("api.json")
  })

  it("are never answered from the function cache when they have an effect or a verdict", () => {
    const cached = Object.values(module.objects).flatMap(({ methods }) =>
      Object.values(methods)
        .filter(({ cache }) => cache !== "never")
        .map(({ name }) => name),
    )
    expect(cached).toEqual(REUSABLE)
  })

  it("say what they and their arguments are for", () => {
    const silent = Object.values(module.objects).flatMap((object) => [
      ...Object.values(object._constructor?.arguments ?? {}).filter(isSilent),
      ...Object.values(object.methods).filter(isSilent),
      ...Object.values(object.methods).flatMap((method) =>
        Object.values(method.arguments).filter(isSilent),
      ),
    ])
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  it("take no argument that a repository's .env would plausibly set", () => {
    const names = Object.values(module.objects).flatMap(({ _constructor }) =>
      Object.keys(_constructor?.arguments ?? {}),
    )
    const usual = /^(source|src|registry|tag|environment|env|token|version|debug|base|jobs)$/i
    expect(names.filter((name) => usual.test(name))).toEqual([])
  })
})

describe("the description for people", () => {
  it("leads index.ts, where Dagger reads it", () => {
    const text = readFileSync(`${MODULE}/src/index.ts`, "utf8")
    expect(text).toMatch(/^\/\*\*\n \* \S/)
  })
})

function isSilent({ description }: { description: string }): boolean {
  return description.trim() === ""
}

/** What a caller relies on: names, types, defaults, what may be left out, how long answers live. */
function contract({ objects, enums, interfaces }: ScannedModule) {
  return {
    objects: mapValues(objects, ({ methods, properties, _constructor }) => ({
      constructor: mapValues(_constructor?.arguments ?? {}, describeArgument),
      fields: Object.values(properties)
        .filter(({ isExposed }) => isExposed)
        .map(({ name, alias }) => alias ?? name),
      functions: mapValues(methods, ({ description, cache, isCheck, returnType, ...rest }) => ({
        says: firstLine(description),
        returns: typeText(returnType),
        cache: cache === "" ? "default" : cache,
        ...(isCheck && { check: true }),
        arguments: mapValues(rest.arguments, describeArgument),
      })),
    })),
    enums: Object.keys(enums),
    interfaces: Object.keys(interfaces),
  }
}

function describeArgument(argument: ScannedArgument) {
  const { description, type, isOptional, isNullable, defaultValue, defaultPath, ignore } = argument
  return {
    says: firstLine(description),
    type: typeText(type),
    ...(isOptional && { optional: true }),
    ...(isNullable && { nullable: true }),
    ...(defaultValue !== undefined && { default: defaultValue }),
    ...(defaultPath !== undefined && { defaultPath }),
    ...(ignore !== undefined && { ignore }),
  }
}

function typeText({ kind, name, typeDef }: ScannedType): string {
  if (typeDef) return `[${typeText(typeDef)}]`
  return name ?? kind.replace(/_KIND$/, "").toLowerCase()
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? ""
}

function mapValues<T, U>(record: Record<string, T>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}
