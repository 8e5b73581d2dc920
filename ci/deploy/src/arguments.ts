import { parseArgs } from "node:util"
import { DeployError, EXIT } from "./errors.js"

/** What the command line says. */
export interface Arguments {
  command: string
  values: Record<string, string | undefined>
  flags: Set<string>
}

const TEXTS = [
  ...[
    "settings",
    "credentials",
    "region",
    "endpoint",
    "registry-user",
    "registry-password",
    "registry-address",
  ],
  ...["webhook", "github-token", "service", "environment", "tag", "strategy", "until"],
  ...["deployment", "action", "format", "limit", "out"],
  ...["image", "images", "list", "archive", "repositories", "key"],
] as const
const FLAGS = ["dry-run", "atomic", "verify"] as const

/** The names of options that take a text. */
export type TextOption = (typeof TEXTS)[number]

/**
 * Reads the command line.
 *
 * @throws DeployError 2
 */
export function readArguments(argv: string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(TEXTS.map((name) => [name, { type: "string" as const }])),
        ...Object.fromEntries(FLAGS.map((name) => [name, { type: "boolean" as const }])),
      },
    })
    const texts = Object.entries(values).flatMap(([name, value]) =>
      typeof value === "string" && value !== "" ? [[name, value] as const] : [],
    )
    return {
      command: positionals[0] ?? "",
      values: Object.fromEntries(texts),
      flags: new Set(Object.keys(values).filter((name) => values[name] === true)),
    }
  } catch (error) {
    throw new DeployError((error as Error).message, EXIT.usage)
  }
}

/**
 * An option that a command can't do without.
 *
 * @throws DeployError 2
 */
export function required({ command, values }: Arguments, name: TextOption): string {
  const value = values[name]
  if (value !== undefined) return value
  throw new DeployError(`${command} needs --${name}`, EXIT.usage)
}
