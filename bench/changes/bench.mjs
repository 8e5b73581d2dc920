import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { measurePaired } from "../lib/paired.mjs"
import { installPeers, PEERS, stopPeers } from "./peers.mjs"
import { generateRepository } from "./repository.mjs"

/** @typedef {import("../lib/paired.mjs").Series} Series */
/** @typedef {import("../lib/paired.mjs").Subject} Subject */

const PIPELINE = fileURLToPath(new URL("../../pipeline", import.meta.url))

/** The commands that a plan runs, one after the other; a plan runs some of them side by side. */
const GIT = [
  ["cat-file", "--batch"],
  ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all"],
  ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "HEAD", "main"],
]
/** Milliseconds that planning may add to git and to the start of Node. */
const MOST_ADDED = 60
const MOST_FOR_5000 = 1000

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title: "plan --local beside bare git, Nx and Turborepo",
  rounds: 9,
  async measure({ rounds, say }) {
    const onSample = (/** @type {string} */ name, /** @type {number} */ value) =>
      say(`${name}: ${value.toFixed(0)} ms`)
    say("500 services, 10,000 files: generating and installing the peers")
    const medium = generateRepository({ services: 500, files: 10_000 }, installPeers)
    try {
      checkPlan(medium)
      const series = await measurePaired(
        [bareGit(medium.folder), plan("500 services", medium.folder), ...peers(medium.folder)],
        { rounds, unit: "ms", warmups: 2, onSample },
      )
      return [...series, added(series), ...(await measureLarge({ rounds, onSample, say }))]
    } finally {
      stopPeers(medium.folder)
      medium.remove()
    }
  },
}

/** @param {{rounds: number, onSample: (name: string, value: number) => void, say: (text: string) => void}} options */
async function measureLarge({ rounds, onSample, say }) {
  say("5,000 services, 10,000 files: generating")
  const large = generateRepository({ services: 5000, files: 10_000 })
  try {
    checkPlan(large)
    const subject = { ...plan("5,000 services", large.folder), target: MOST_FOR_5000 }
    return await measurePaired([subject], { rounds, unit: "ms", onSample })
  } finally {
    large.remove()
  }
}

/**
 * What a plan took beyond git and Node in the same rounds.
 *
 * @param {Series[]} series
 * @returns {Series}
 */
function added([bare, ours]) {
  const samples = (ours?.samples ?? []).map((value, round) => value - (bare?.samples[round] ?? 0))
  return { name: "plan --local, beyond git and Node", unit: "ms", samples, target: MOST_ADDED }
}

/**
 * @param {string} folder
 * @returns {Subject}
 */
function bareGit(folder) {
  const run = async () => {
    let total = timed(process.execPath, ["-e", "0"], folder)
    for (const args of GIT) total += timed("git", args, folder, { GIT_OPTIONAL_LOCKS: "0" })
    return total
  }
  return { name: "the same git commands, and Node's start", run }
}

/**
 * @param {string} what
 * @param {string} folder
 * @returns {Subject}
 */
function plan(what, folder) {
  const args = ["plan", "--local", "--json", "--base=main"]
  return { name: `plan --local (${what})`, run: async () => timed(PIPELINE, args, folder) }
}

/**
 * @param {string} folder
 * @returns {Subject[]}
 */
function peers(folder) {
  return PEERS.map(({ name, command, args, env }) => ({
    name,
    run: async () => timed(command, args, folder, env),
  }))
}

/**
 * A fast answer that is wrong would say nothing.
 *
 * @param {{folder: string, expected: string[]}} repository
 */
function checkPlan({ folder, expected }) {
  const args = ["plan", "--local", "--json", "--base=main"]
  const options = { cwd: folder, encoding: /** @type {const} */ ("utf8"), maxBuffer: 1 << 28 }
  const { services } = JSON.parse(execFileSync(PIPELINE, args, options))
  const names = services.map((/** @type {{name: string}} */ { name }) => name)
  if (JSON.stringify(names) !== JSON.stringify(expected))
    throw new Error(`the plan has ${names}, not ${expected}`)
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {number} milliseconds
 */
function timed(command, args, cwd, env = {}) {
  const started = performance.now()
  execFileSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  })
  return performance.now() - started
}
