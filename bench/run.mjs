// Benchmarks: `npm run bench -- [NAME...] [--rounds=N] [--compare=FILE|last] [--list]`, and
// flags of single benches.
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
    // Flags of benches are looked at when these are loaded.
    strict: false,
    options: { rounds: { type: "string" }, compare: { type: "string" }, list: { type: "boolean" } },
  })
  const { rounds: wanted, compare, list: wantsList, ...own } = values
  const known = benchNames()
  if (wantsList) return list(known)
  const stranger = positionals.find((name) => !known.includes(name))
  if (stranger !== undefined) return refuse(`there is no bench "${stranger}": ${known.join(", ")}`)
  const rounds = wanted === undefined ? undefined : Number(wanted)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    return refuse(`--rounds takes a whole number above 0, not "${wanted}"`)
  if (compare === true || compare === "") return refuse("--compare takes a file, or `last`")
  for (const folder of PACKAGES) if (install(folder) !== 0) return 1
  const benches = await Promise.all(
    (positionals.length > 0 ? positionals : known).map(async (name) => ({
      name,
      ...(await loadBench(name)),
    })),
  )
  const chosen = benches.filter(({ onlyByName }) => positionals.length > 0 || !onlyByName)
  const flags = new Set(Object.keys(own))
  const foreign = [...flags].find((flag) => !chosen.some((bench) => bench.flags?.includes(flag)))
  if (foreign !== undefined)
    return refuse(`--${foreign} is no flag of ${chosen.map(({ name }) => name).join(", ")}`)
  return measure(chosen, { rounds, compare: compare?.toString(), flags })
}

/** @typedef {import("./lib/benches.mjs").Bench & {name: string}} NamedBench */

/**
 * @param {NamedBench[]} chosen
 * @param {{rounds: number | undefined, compare: string | undefined, flags: ReadonlySet<string>}} options
 */
async function measure(chosen, { rounds, compare, flags }) {
  const earlier =
    compare === undefined
      ? undefined
      : compare === "last"
        ? lastResults(chosen.map(({ name }) => name))
        : readResult(compare)
  if (compare === "last" && earlier === undefined)
    say("nothing to compare with: none of these was measured before")
  const started = {
    ...{ date: new Date().toISOString(), machine: describeMachine() },
    commit: measuredCommit(),
  }
  /** @type {Promise<import("./lib/engine.mjs").Engine> | undefined} */
  let engine
  const context = { say, flags, engine: () => (engine ??= benchEngine()) }
  const benches = []
  for (const bench of chosen) {
    say(`${bench.name}: ${bench.title}`)
    const series = await bench.measure({ ...context, rounds: rounds ?? bench.rounds })
    process.stdout.write(`${formatBench(bench.name, series, earlier)}\n\n`)
    benches.push({ name: bench.name, series })
  }
  const file = writeResult({ version: 1, ...started, benches })
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

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  say(`${error instanceof Error ? error.message : error}\nbench: nothing was kept of this run`)
  return 1
})
