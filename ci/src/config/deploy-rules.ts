import type { KeyPath } from "./document.js"
import type { Finding } from "./issues.js"
import { memberOf, wordsIn } from "./outline.js"
import { closest } from "./suggest.js"

/** Rules that compare environments with each other, and services with environments. */

/** A network as its first address and the number of addresses. */
interface Range {
  first: number
  size: number
}

/** `after` must name another environment, and the chain must have an end. */
export function orderedEnvironments(file: unknown): Finding[] {
  const environments = entriesOf(file)
  const names = environments.map(([name]) => name)
  const before = new Map(environments.map(([name, entry]) => [name, textAt(entry, "after")]))
  return environments.flatMap(([name]) => {
    const after = before.get(name)
    if (after === undefined) return []
    const path = ["environments", name, "after"]
    if (!before.has(after)) return [unknownEnvironment(path, after, names)]
    if (!leadsBack(name, before)) return []
    return [
      {
        path,
        message: `"${name}" would have to come after itself`,
        suggestion: "remove one `after` of the circle",
      },
    ]
  })
}

/** What one environment can reach must not be in another. */
export function disjointNetworks(file: unknown): Finding[] {
  const networks = entriesOf(file).flatMap(([name, entry]) =>
    wordsIn(memberOf(entry, "networks"), ["environments", name, "networks"]).flatMap((word) => {
      const range = rangeOf(word.text)
      return range === undefined ? [] : [{ name, ...word, range }]
    }),
  )
  return networks.flatMap(({ name, text, path, range }, index) => {
    const other = networks
      .slice(0, index)
      .find((earlier) => earlier.name !== name && overlap(earlier.range, range))
    if (other === undefined) return []
    return [
      {
        path,
        message: `the network ${text} overlaps ${other.text} of "${other.name}"`,
        suggestion: "give each environment networks of its own",
      },
    ]
  })
}

/** Two environments in one cluster of one account would deploy over each other. */
export function separateClusters(file: unknown): Finding[] {
  const seen = new Map<string, string>()
  return entriesOf(file).flatMap(([name, entry]) => {
    const cluster = textAt(entry, "cluster")
    const template = textAt(entry, "service") ?? "{environment}"
    if (cluster === undefined || template.includes("{environment}")) return []
    const key = JSON.stringify([textAt(entry, "account"), textAt(entry, "region"), cluster])
    const other = seen.get(key)
    seen.set(key, other ?? name)
    if (other === undefined) return []
    return [
      {
        path: ["environments", name, "cluster"],
        message: `is the cluster of "${other}" too, and the names of services do not differ`,
        suggestion: 'give it a cluster of its own, or put {environment} into "service"',
      },
    ]
  })
}

/** A misspelt environment in a service would be an override that never holds. */
export function knownEnvironments(services: unknown, pipeline: unknown): Finding[] {
  const names = entriesOf(pipeline).map(([name]) => name)
  const list = memberOf(services, "services")
  if (!Array.isArray(list)) return []
  return list.flatMap((service: unknown, index) =>
    Object.keys(Object(memberOf(memberOf(service, "deploy"), "environments")))
      .filter((name) => !names.includes(name))
      .map((name) => ({
        ...unknownEnvironment(["services", index, "deploy", "environments", name], name, names),
        part: "key" as const,
      })),
  )
}

function unknownEnvironment(path: KeyPath, name: string, names: string[]): Finding {
  const near = closest(name, names)
  return {
    path,
    message: `there is no environment "${name}" in pipeline.yaml`,
    ...(names.length > 0 && { expected: `one of ${names.join(", ")}` }),
    ...(near !== undefined && { suggestion: `did you mean "${near}"?` }),
  }
}

function leadsBack(name: string, before: ReadonlyMap<string, string | undefined>): boolean {
  const seen = new Set<string>()
  let at = before.get(name)
  while (at !== undefined && !seen.has(at)) {
    if (at === name) return true
    seen.add(at)
    at = before.get(at)
  }
  return false
}

function rangeOf(network: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(network)
  if (match === null) return undefined
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number)
  const size = 2 ** (32 - bits)
  const address = ((a * 256 + b) * 256 + c) * 256 + d
  return { first: address - (address % size), size }
}

function overlap(one: Range, other: Range): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size
}

function entriesOf(file: unknown): [string, unknown][] {
  return Object.entries(Object(memberOf(file, "environments")) as Record<string, unknown>)
}

function textAt(value: unknown, key: string): string | undefined {
  const text = memberOf(value, key)
  return typeof text === "string" ? text : undefined
}
