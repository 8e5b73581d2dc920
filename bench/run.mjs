// Benchmarks: `npm run bench -- [NAME...] [--rounds=N] [--compare=FILE|last] [--list]`.
// Nothing here asserts a time; what is printed is a ratio to a peer of the same rounds.
import { relative } from "node:path"
import { parseArgs } from "node:util"
import { install, PACKAGES } from "../test/packages.mjs"
import { benchNames, loadBench } from "./lib/benches.mjs"
import { benchEngine } from "./lib/engine.mjs"
import { describeMachine } from "./lib/machine.mjs"
import { formatBench } from "./lib/report.mjs"
import { lastResults, measuredCommit, readResult, writeResult } from "./lib/results.mjs"

/**
 * @param {string[]} words
 * @returns {Promise<number>} exit code
 */
async function main(words) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      compare: { type: "string" },
      list: { type: "boolean", default: false },
    },
  })
  const known = benchNames()
  if (values.list) return list(known)
  const stranger = positionals.find((name) => !known.includes(name))
  if (stranger !== undefined) return refuse(`there is no bench "${stranger}": ${known.join(", ")}`)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    return refuse(`--rounds takes a whole number above 0, not "${values.rounds}"`)
  return measure(positionals.length > 0 ? positionals : known, { rounds, compare: values.compare })
}

/**
 * @param {string[]} names
 * @param {{rounds: number | undefined, compare: string | undefined}} options
 */
async function measure(names, { rounds, compare }) {
  const earlier =
    compare === undefined
      ? undefined
      : compare === "last"
        ? lastResults(names)
        : readResult(compare)
  if (compare === "last" && earlier === undefined)
    say("nothing to compare with: none of these was measured before")
  for (const folder of PACKAGES) if (install(folder) !== 0) return 1
  const started = { date: new Date().toISOString(), machine: describeMachine() }
  /** @type {Promise<import("./lib/engine.mjs").Engine> | undefined} */
  let engine
  const context = { say, engine: () => (engine ??= benchEngine()) }
  const benches = []
  for (const name of names) {
    const bench = await loadBench(name)
    say(`${name}: ${bench.title}`)
    const series = await bench.measure({ ...context, rounds: rounds ?? bench.rounds })
    process.stdout.write(`${formatBench(name, series, earlier)}\n\n`)
    benches.push({ name, series })
  }
  const file = writeResult({ version: 1, ...started, commit: measuredCommit(), benches })
  say(`written to ${relative(process.cwd(), file)}`)
  return 0
}

/** @param {string[]} names */
async function list(names) {
  for (const name of names)
    process.stdout.write(`${name.padEnd(10)} ${(await loadBench(name)).title}\n`)
  return 0
}

/** @param {string} message */
function refuse(message) {
  process.stderr.write(`bench: ${message}\n`)
  return 2
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`bench: ${text}\n`)
}

process.exitCode = await main(process.argv.slice(2))
