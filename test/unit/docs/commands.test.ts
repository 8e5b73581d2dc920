import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

/*
 * Every command that a guide shows exists, with the flags that it is shown with; every file that a
 * guide leads to is there.
 */

const ROOT = fileURLToPath(new URL("../../..", import.meta.url))
const GUIDES = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "bench/README.md"],
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
]
const read = (path: string) => readFileSync(join(ROOT, path), "utf8")

interface Func {
  arguments: Record<string, { optional?: boolean }>
}

const { functions } = JSON.parse(read("test/unit/contract/api.json")).objects.Pipeline as {
  functions: Record<string, Func>
}
const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const FUNCTIONS = new Map(
  Object.entries(functions).map(([name, { arguments: taken }]) => [
    kebab(name),
    new Set(Object.keys(taken).map((argument) => `--${kebab(argument)}`)),
  ]),
)

/** The launcher's own words, and the flags of each. */
const LAUNCHER = new Map<string, string[]>([
  ["engine", ["--all", "--json", "-f", "--follow", "--no-install"]],
  ["init", ["--yes", "--force", "--json", "--no-workflow", "--vendor", "--source"]],
  ["update", ["--yes", "--to", "--from", "--no-images"]],
  ["bench", ["--list", "--rounds", "--compare"]],
  ["--help", []],
  ["--version", []],
])
const ENGINE_WORDS = ["up", "down", "status", "doctor", "logs", "env", "prune"]

/** Flags of dagger itself, and those that the launcher adds to a function's. */
const ANYWHERE = ["--help", "-o", "--output", "--progress", "-m", "-q", "--json"]
const BY_LAUNCHER = new Map([
  ["plan", ["--local", "--matrix", "--watch"]],
  ["ci", ["--watch", "--no-install"]],
  ["scan", ["--watch"]],
])
/** What a chain ends in: functions of Dagger's own types. */
const CHAINED = ["terminal", "stdout", "up", "file"]

interface Shown {
  guide: string
  line: number
  program: string
  words: string[]
}

/** The commands in blocks and between backquotes. */
function commandsIn(guide: string): Shown[] {
  return read(guide)
    .split("\n")
    .flatMap((text, index) => {
      const found = text.matchAll(
        /(?<![\w/.])(?:\.\/|\.\.\/pipeline\/)?(pipeline|dagger(?: -\S+)* call|npm run bench --)[ ](-{0,2}[a-z][^`|#]*)/g,
      )
      return [...found]
        .filter(([whole]) => /^(?:\.|dagger|npm)/.test(whole))
        .map(([, program = "", rest = ""]) => ({
          ...{ guide, line: index + 1, program },
          words: rest
            // What a person fills in, and what the shell does with it.
            .replace(/\$\([^)]*\)|"\$?[^"]*"|'[^']*'/g, "X")
            .split(/\)"|\s{2,}|\s(?=[(→]|&&|;|>)|[,.)]\s/)[0]
            ?.replace(/\[(-[^\]]*)\]/g, "$1")
            .replaceAll("...", " ")
            .trim()
            .split(/\s+/) as string[],
        }))
    })
}

const COMMANDS = GUIDES.flatMap(commandsIn)

function problem({ program, words }: Shown): string {
  const [name = "", ...all] = words
  // What a chain ends in has flags of its own.
  const end = all.findIndex((word, at) => CHAINED.includes(word) && !(name === "engine" && at === 0))
  const rest = end < 0 ? all : all.slice(0, end)
  const flags = rest.filter((word) => /^-/.test(word)).map((word) => word.split("=")[0] ?? "")
  if (program.startsWith("npm")) return benchProblem(words)
  const own = program === "pipeline" ? LAUNCHER.get(name) : undefined
  if (own !== undefined) {
    const word = rest.find((each) => !each.startsWith("-"))?.split("|")[0] ?? ""
    if (name === "engine" && word !== "" && !ENGINE_WORDS.includes(word))
      return `there is no \`engine ${word}\``
    const stranger = flags.find((flag) => !own.includes(flag))
    return stranger === undefined ? "" : `\`${name}\` has no ${stranger}`
  }
  const known = FUNCTIONS.get(name)
  if (known === undefined) return `there is no function \`${name}\``
  const more = [...ANYWHERE, ...(program === "pipeline" ? (BY_LAUNCHER.get(name) ?? []) : [])]
  const stranger = flags.find((flag) => !known.has(flag) && !more.includes(flag))
  if (stranger !== undefined) return `\`${name}\` has no ${stranger}`
  return ""
}

function benchProblem(words: string[]): string {
  const benches = readdirSync(join(ROOT, "bench")).filter((folder) =>
    existsSync(join(ROOT, "bench", folder, "bench.mjs")),
  )
  const names = words.filter((word) => !word.startsWith("-"))
  const stranger = names.find((name) => !benches.includes(name))
  return stranger === undefined ? "" : `there is no bench ${stranger}`
}

describe("every command in the guides", () => {
  it("is found", () => {
    expect(COMMANDS.length).toBeGreaterThan(100)
    const shown = new Set(COMMANDS.map(({ words }) => words[0]))
    for (const word of ["ci", "plan", "init", "update", "deploy", "engine", "merge"])
      expect(shown).toContain(word)
  })

  it.each(GUIDES)("exists: %s", (guide) => {
    const wrong = COMMANDS.filter((command) => command.guide === guide).flatMap((command) => {
      const what = problem(command)
      return what === "" ? [] : [`${guide}:${command.line}: ${what} (${command.words.join(" ")})`]
    })
    expect(wrong).toEqual([])
  })

  it("takes no word that a chain can't have", () => {
    const chains = COMMANDS.filter(({ words }) => words[0] === "debug").map(({ words }) =>
      words.slice(1).filter((word) => !word.startsWith("-")),
    )
    for (const chain of chains) for (const word of chain) expect(CHAINED).toContain(word)
  })
})

describe("every link in the guides", () => {
  it.each(GUIDES)("leads to a file: %s", (guide) => {
    const links = [...read(guide).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
    const missing = links
      .map(([, target = ""]) => target)
      .filter((target) => !existsSync(join(ROOT, dirname(guide), target)))
    expect(missing).toEqual([])
  })

  it("goes to every guide from the README", () => {
    const readme = read("README.md")
    const missing = GUIDES.filter((guide) => guide.startsWith("docs/") && !readme.includes(guide))
    expect(missing).toEqual([])
  })
})

const SCRIPTS = ["package.json", "ci/report/package.json"].flatMap((file) =>
  Object.keys((JSON.parse(read(file)) as { scripts: object }).scripts),
)

describe("every script in the guides", () => {
  it.each(GUIDES)("exists: %s", (guide) => {
    const named = [...read(guide).matchAll(/(?<!`)npm run ([\w:]+)/g)].map(([, name = ""]) => name)
    for (const name of named) expect(SCRIPTS).toContain(name)
  })
})
