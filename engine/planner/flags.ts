import { usage } from "../launcher/arguments.mjs"

/** The flags of the function `plan`, as dagger reads them. */
export interface PlanFlags {
  /** The last one counts. */
  values: Partial<Record<(typeof OPTIONS)[number], string>>
  /** The flag may be repeated, and each may be a list with commas. */
  service: string[]
  all: boolean
  strictBase: boolean
}

const SWITCHES = ["all", "strict-base"] as const
const OPTIONS = [
  ...(["format", "explain", "service", "base", "head", "event-name", "event"] as const),
  ...(["last-green", "remote", "git-token", "global-ignore", "timings", "shards"] as const),
] as const

/**
 * Reads what follows `plan --local`.
 *
 * @throws KitError USAGE for flags and words that `plan` does not have
 */
export function readPlanFlags(words: readonly string[]): PlanFlags {
  const given = new Map<string, string[]>()
  for (let position = 0; position < words.length; position++) {
    const word = words[position] ?? ""
    const [, name = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const isSwitch = isOneOf(SWITCHES, name)
    if (!isSwitch && !isOneOf(OPTIONS, name)) throw usage(`\`plan --local\` has no \`${word}\``)
    const taken = value ?? (isSwitch ? "true" : words[++position])
    if (taken === undefined) throw usage(`\`${word}\` needs a value`)
    given.set(name, [...(given.get(name) ?? []), taken])
  }
  return {
    values: Object.fromEntries([...given].map(([name, values]) => [name, values.at(-1)])),
    service: (given.get("service") ?? []).flatMap((list) => list.split(",")),
    all: isOn("all", given),
    strictBase: isOn("strict-base", given),
  }
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name)
}

function isOn(name: (typeof SWITCHES)[number], given: ReadonlyMap<string, string[]>): boolean {
  const value = given.get(name)?.at(-1) ?? "false"
  if (value === "false" || value === "true") return value === "true"
  throw usage(`\`--${name}=${value}\` is neither true nor false`)
}
