import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { removeTree } from "../../engine/lib/disk.mjs"
import { RUNNER_HOST_VARIABLE } from "../../engine/lib/environment.mjs"
import { HOME } from "../../engine/lib/paths.mjs"
import { ownEngineHome } from "../lib/own-engine.mjs"
import { git } from "../lib/repository.mjs"
import { complaints, partsOf } from "./parts.mjs"

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url))
/** The one documented command: docs/maintenance.md. */
const COMMAND = ["ci"]
/** What takes long to build and is no state of an engine: programs, root file system, SDKs. */
const BUILT = /^(?:binaries|rootfs|sdk-go|sdk-typescript)-/
const SHOWN_LINES = 60

/** What of this shell would lead the command to another engine, another cache or another way to run. */
const NOT_LOST = [
  ...["PIPELINE_CACHE", "PIPELINE_CACHE_MODE", "_EXPERIMENTAL_DAGGER_CACHE_CONFIG"],
  ...["CI", "GITHUB_ACTIONS"],
]

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title: "engine, registry and caches lost: `./pipeline ci` rebuilds everything from a clone",
  rounds: 1,
  onlyByName: true,
  flags: ["keep-built"],
  async measure({ rounds, say, flags }) {
    /** @type {Map<string, number[]>} */
    const samples = new Map()
    for (let round = 0; round < rounds; round++)
      for (const { name, seconds } of await drill({ say, keepBuilt: flags.has("keep-built") }))
        samples.set(name, [...(samples.get(name) ?? []), seconds])
    return [...samples].map(([name, values]) => ({ name, unit: "s", samples: values }))
  },
}

/**
 * Loses everything but git, beside the engine that is in use, and types the one command.
 *
 * @param {{say: (text: string) => void, keepBuilt: boolean}} options
 * @returns {Promise<import("./parts.mjs").Part[]>}
 * @throws {Error} when it did not end green
 */
async function drill({ say, keepBuilt }) {
  const home = ownEngineHome()
  const folder = mkdtempSync(join(tmpdir(), "pipeline-drill-"))
  const environment = drillEnvironment(home)
  try {
    git(CHECKOUT, "clone", "--quiet", "--no-hardlinks", CHECKOUT, folder)
    if (keepBuilt) linkBuilt(home)
    say(
      `in ${home}, of the commit ${git(folder, "rev-parse", "--short=8", "HEAD").trim()}; what is not committed is lost, too`,
    )
    const { lines, output, seconds, exitCode } = await pipeline(folder, environment)
    const events = eventsOf(folder)
    const wrong = [
      ...complaints(events),
      ...(exitCode === 0 ? [] : [`the command ended with ${exitCode}`]),
    ]
    if (wrong.length > 0)
      throw new Error(
        `the drill failed: ${wrong.join("; ")}\n${output.split("\n").slice(-SHOWN_LINES).join("\n")}`,
      )
    return partsOf(lines, events, seconds)
  } finally {
    // By the process ids in this home, and this home's bridge: no other engine is known there.
    spawnSync("./pipeline", ["engine", "down"], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "inherit", "inherit"],
    })
    rmSync(folder, { recursive: true, force: true })
    await removeTree(home)
  }
}

/** @param {string} home */
function drillEnvironment(home) {
  const kept = Object.entries(process.env).filter(([name]) => !NOT_LOST.includes(name))
  return {
    ...Object.fromEntries(kept),
    PIPELINE_ENGINE_HOME: home,
    // Also where Docker answers it is the native engine that is lost.
    [RUNNER_HOST_VARIABLE]: `unix://${join(home, "run/engine.sock")}`,
    NO_COLOR: "1",
  }
}

/** @param {string} home */
function linkBuilt(home) {
  const pieces = join(HOME, "pieces")
  const names = existsSync(pieces) ? readdirSync(pieces).filter((name) => BUILT.test(name)) : []
  if (names.length === 0)
    throw new Error(
      `nothing is built in ${pieces}: leave out --keep-built, or \`./pipeline engine up\` first`,
    )
  mkdirSync(join(home, "pieces"))
  const { status, stderr } = spawnSync(
    "cp",
    ["--archive", "--link", ...names.map((name) => join(pieces, name)), join(home, "pieces")],
    { encoding: "utf8" },
  )
  if (status !== 0) throw new Error(`linking what is built failed: ${stderr}`)
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{lines: import("./parts.mjs").Line[], output: string, seconds: number, exitCode: number}>}
 */
function pipeline(folder, environment) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const since = () => (performance.now() - started) / 1000
    const child = spawn("./pipeline", COMMAND, {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    })
    // The command ends what it does first, then we stop its engine.
    const stop = () => child.kill("SIGTERM")
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, stop)
    /** @type {import("./parts.mjs").Line[]} */
    const lines = []
    let output = ""
    let rest = ""
    child.stdout.setEncoding("utf8").on("data", (chunk) => (output += chunk))
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      process.stderr.write(chunk)
      output += chunk
      const parts = (rest + chunk).split("\n")
      rest = parts.pop() ?? ""
      for (const text of parts) lines.push({ at: since(), text })
    })
    child.on("error", reject)
    child.on("close", (code) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeListener(signal, stop)
      resolve({ lines, output, seconds: since(), exitCode: code ?? 1 })
    })
  })
}

/**
 * @param {string} folder of the repository
 * @returns {string} events of its only run; empty when it came to none
 */
function eventsOf(folder) {
  const runs = join(folder, ".pipeline/runs")
  const names = existsSync(runs) ? readdirSync(runs) : []
  const file = names
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .at(-1)
  return file === undefined ? "" : readFileSync(join(runs, file), "utf8")
}
