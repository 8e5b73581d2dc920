import { KitError } from "../lib/errors.mjs"

/**
 * @typedef {object} Call
 * @property {"call"} kind
 * @property {string[]} daggerFlags flags of dagger itself, which belong before `call`
 * @property {string[]} functionArguments everything after `call`
 * @property {boolean} install whether missing packages may be installed
 * @property {boolean} [watch] again whenever a file changes
 */

/**
 * @typedef {{kind: "help"} | {kind: "version"}} Screen
 * @typedef {{kind: "engine", words: string[], install: boolean}} EngineCommand
 * @typedef {{kind: "bench", words: string[]}} BenchCommand
 * @typedef {{kind: "init", words: string[]}} InitCommand
 * @typedef {{kind: "update", words: string[]}} UpdateCommand
 * @typedef {{kind: "local-plan", words: string[]}} LocalPlan words: what follows `plan`, without --local
 * @typedef {Call | Screen | EngineCommand | BenchCommand | InitCommand | UpdateCommand | LocalPlan} Command
 */

/** Flags of dagger that stand alone, and those that take a value (`dagger --help`). */
const DAGGER_SWITCHES = new Set([
  ...["-v", "-q", "-s", "-d", "-i", "-w", "-E", "-y"],
  ...[
    "--verbose",
    "--quiet",
    "--silent",
    "--debug",
    "--interactive",
    "--web",
    "--no-exit",
    "--auto-apply",
  ],
])
const DAGGER_OPTIONS = new Set(["--progress", "--interactive-command", "--workdir"])

/** Flags that `dagger call` itself takes before the function, and that take a value. */
const CALL_OPTIONS = new Set(["-m", "--mod", "-o", "--output", "--allow-llm"])

/** Runs again whenever a file changes: what only reads the checkout. */
const WATCH = "--watch"
const WATCHED = new Set(["ci", "plan", "scan"])
/** Plans on the host, without an engine. */
const LOCAL = "--local"

/** Our short spellings of an argument of `plan`. */
const SHORT_FORMATS = new Map([
  ["--json", "--format=json"],
  ["--matrix", "--format=matrix"],
])

/**
 * Tells the launcher's own words from what goes to `dagger call`.
 *
 * @param {string[]} words as typed after `./pipeline`
 * @returns {Command}
 * @throws {KitError} USAGE for words and flags this version doesn't have
 */
export function splitArguments(words) {
  const install = !words.includes("--no-install")
  const given = words.filter((word) => word !== "--no-install")
  const [first] = given
  if (first === undefined || first === "--help" || first === "-h" || first === "help")
    return { kind: "help" }
  if (first === "--version" || first === "version") return { kind: "version" }
  if (first === "engine") return { kind: "engine", words: given.slice(1), install }
  if (first === "bench" || first === "init" || first === "update")
    return { kind: first, words: given.slice(1) }
  if (given.includes(LOCAL)) return localPlan(given.filter((word) => word !== LOCAL))
  if (given.includes(WATCH)) return watchedCall(given, install)
  return { kind: "call", ...splitFlags(given), install }
}

/**
 * @param {string[]} given
 * @param {boolean} install
 * @returns {Call}
 */
function watchedCall(given, install) {
  const call = splitFlags(given.filter((word) => word !== WATCH))
  const { name } = describeCall(call.functionArguments)
  if (name !== undefined && WATCHED.has(name))
    return { kind: "call", ...call, install, watch: true }
  throw usage(`\`${WATCH}\` goes with ${[...WATCHED].join(", ")} only`)
}

/**
 * @param {string[]} words
 * @returns {LocalPlan}
 */
function localPlan([name, ...rest]) {
  if (name === "plan") return { kind: "local-plan", words: expandFormats(name, rest) }
  throw usage(`\`${LOCAL}\` goes with \`plan\` only: everything else needs an engine`)
}

/**
 * Sorts the flags before the function's name: some are dagger's, some are of
 * `dagger call` or of the module's constructor.
 *
 * @param {string[]} words
 * @returns {{daggerFlags: string[], functionArguments: string[]}}
 */
function splitFlags(words) {
  /** @type {string[]} */
  const daggerFlags = []
  /** @type {string[]} */
  const callFlags = []
  let position = 0
  for (; position < words.length; position++) {
    const word = words[position] ?? ""
    if (!word.startsWith("-")) break
    const takesValue = !word.includes("=") && (DAGGER_OPTIONS.has(word) || CALL_OPTIONS.has(word))
    const target = isDaggerFlag(word) ? daggerFlags : callFlags
    target.push(word)
    if (takesValue && position + 1 < words.length) target.push(words[++position] ?? "")
  }
  const [name, ...rest] = words.slice(position)
  return {
    daggerFlags,
    functionArguments: [
      ...callFlags,
      ...(name === undefined ? [] : [name, ...expandFormats(name, rest)]),
    ],
  }
}

/** @param {string} word */
function isDaggerFlag(word) {
  const name = word.split("=")[0] ?? word
  return DAGGER_SWITCHES.has(name) || DAGGER_OPTIONS.has(name) || /^-[vqsd]{2,}$/.test(word)
}

/**
 * @param {string} name
 * @param {string[]} rest
 */
function expandFormats(name, rest) {
  return name === "plan" ? rest.map((word) => SHORT_FORMATS.get(word) ?? word) : rest
}

/**
 * The function that a call names, and whether the call is a chain that ends in something interactive.
 *
 * @param {string[]} functionArguments
 * @returns {{name: string | undefined, interactive: boolean}}
 */
export function describeCall(functionArguments) {
  const words = []
  for (let position = 0; position < functionArguments.length; position++) {
    const word = functionArguments[position] ?? ""
    if (CALL_OPTIONS.has(word)) position++
    else if (!word.startsWith("-")) words.push(word)
  }
  const last = words.length > 1 ? words.at(-1) : undefined
  return {
    name: words[0],
    interactive: last === "terminal" || last === "up" || last === "shell",
  }
}

/** Flags that say how dagger shows its own progress, or that it needs the terminal. */
const SHOWS_PROGRESS =
  /^(?:--(?:progress|verbose|quiet|silent|debug|interactive|interactive-command|web|no-exit)\b|-[vqsdiwE])/

/**
 * Whether the user asked for dagger's own progress.
 *
 * @param {string[]} daggerFlags
 * @param {NodeJS.ProcessEnv} environment
 */
export function wantsDaggerProgress(daggerFlags, environment) {
  return (
    daggerFlags.some((flag) => SHOWS_PROGRESS.test(flag)) ||
    environment.PIPELINE_PROGRESS === "dagger" ||
    Boolean(environment.DAGGER_PROGRESS)
  )
}

/** @param {string} message */
export function usage(message) {
  return new KitError("USAGE", message, { next: "`./pipeline --help` shows what there is" })
}
