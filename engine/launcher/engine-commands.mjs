import { existsSync } from "node:fs"
import { formatBytes } from "../lib/disk.mjs"
import { down } from "../lib/kit.mjs"
import { logFile } from "../lib/logs.mjs"
import { HOME } from "../lib/paths.mjs"
import { prune } from "../lib/prune.mjs"
import { usage } from "./arguments.mjs"
import { chooseEngine } from "./choose-engine.mjs"
import { showDoctor } from "./engine-doctor.mjs"
import { printEngineEnvironment } from "./engine-env.mjs"
import { showStatus } from "./engine-status.mjs"
import { passThrough } from "./passthrough.mjs"
import { readyEngine } from "./ready-engine.mjs"
import { findUp } from "./repository.mjs"
import { pruneRuns } from "./run-files.mjs"
import { installShim } from "./shim.mjs"

/**
 * @typedef {object} EngineWord
 * @property {string[]} [flags] what may follow it
 * @property {boolean} [takesName] whether one plain word may follow it
 * @property {(options: {flags: Set<string>, name: string | undefined, install: boolean}) => Promise<number>} run gives the exit code
 */

/** @type {Record<string, EngineWord>} */
const WORDS = {
  up: { run: ({ install }) => bringUp({ install }) },
  down: { run: takeDown },
  status: { flags: ["--json"], run: ({ flags }) => showStatus({ json: flags.has("--json") }) },
  doctor: { flags: ["--json"], run: ({ flags }) => showDoctor({ json: flags.has("--json") }) },
  logs: {
    flags: ["-f", "--follow"],
    takesName: true,
    run: ({ flags, name }) => showLog(name ?? "engine", flags.size > 0),
  },
  env: { run: ({ install }) => printEngineEnvironment({ install }) },
  prune: {
    flags: ["--all"],
    run: ({ flags }) => freeDisk({ all: flags.has("--all") }),
  },
}

/**
 * Runs `engine ...`.
 *
 * @param {import("./arguments.mjs").EngineCommand} command
 * @returns {Promise<number>} exit code
 */
export async function runEngineCommand({ words: [word = "", ...rest], install }) {
  const known = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
  if (!known)
    throw usage(
      `\`${`engine ${word}`.trim()}\` is not a command: there are \`engine ${Object.keys(WORDS).join("`, `engine ")}\``,
    )
  const flags = rest.filter((one) => one.startsWith("-"))
  const names = rest.filter((one) => !one.startsWith("-"))
  const stranger =
    flags.find((flag) => !known.flags?.includes(flag)) ?? names[known.takesName ? 1 : 0]
  if (stranger) throw usage(`\`engine ${word}\` does not take \`${stranger}\``)
  return known.run({ flags: new Set(flags), name: names[0], install })
}

/** @param {{install: boolean}} options */
async function bringUp({ install }) {
  const choice = await chooseEngine()
  const { dagger } = await readyEngine(choice, { install })
  await installShim(dagger)
  if (choice.kind === "native")
    return say("the native engine runs; `./pipeline engine down` stops it")
  return say(`nothing to start: a run takes ${choice.description}`)
}

async function takeDown() {
  // Without a home nothing was ever started, and this user may not be allowed to make one.
  if (!existsSync(HOME)) return say("there is no native engine here")
  await down()
  return say("the native engine is stopped; what it cached stays")
}

/** @param {{all: boolean}} options */
async function freeDisk({ all }) {
  const root = findUp(process.cwd(), "dagger.json")
  const freed = (root === undefined ? 0 : pruneRuns(root)) + (await prune({ all }))
  return say(`freed ${formatBytes(freed)}`)
}

const LINES_SHOWN = "200"

/**
 * @param {string} name
 * @param {boolean} follow
 */
async function showLog(name, follow) {
  const file = await logFile(name)
  process.stderr.write(`pipeline: the end of ${file}\n`)
  const { exitCode } = await passThrough(
    "tail",
    ["-n", LINES_SHOWN, ...(follow ? ["-F"] : []), file],
    { stdio: "inherit" },
  )
  return exitCode
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`pipeline: ${text}\n`)
  return 0
}
