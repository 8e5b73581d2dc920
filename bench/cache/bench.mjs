import { spawnSync } from "node:child_process"
import { appendFileSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { HOME } from "../../engine/lib/paths.mjs"
import { ownEngineHome } from "../lib/own-engine.mjs"
import { commitAll, copyCheckout } from "../lib/repository.mjs"

/** The source that is changed before each run. */
const SERVICE = "leaderboard"
const SOURCE = `examples/services/${SERVICE}/${SERVICE}/__init__.py`
/** What is run: the one service of a pull request, and everything, as on the default branch. */
const RUNS = [
  { title: "one service", args: ["ci", `--service=${SERVICE}`] },
  { title: "all eight services", args: ["ci"] },
]

/** What an engine is started from; its cache is not among it. */
const PROGRAMS = ["pieces", "bin", "registry"]

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title:
    "an empty engine with the registry's cache, after a change to a source, beside one without",
  // Each leaves six states of an engine, some 20 GB, until all are measured.
  rounds: 1,
  async measure({ engine, rounds, say }) {
    await engine()
    const home = ownEngineHome()
    const folder = copyCheckout()
    writeFileSync(join(folder, "pipeline.yaml"), "scan: { in_ci: false }\n")
    commitAll(folder)
    const pipeline = launcher(folder, home)
    /** @type {{title: string, cold: number[], warm: number[]}[]} */
    const results = RUNS.map(({ title }) => ({ title, cold: [], warm: [] }))
    try {
      spawnSync("cp", ["--archive", ...PROGRAMS.map((name) => join(HOME, name)), home])
      const state = join(home, "state")
      let used = 0
      /** @param {string[]} args @param {Record<string, string>} cache */
      const run = (args, cache) => {
        pipeline(["engine", "down"])
        // Not removed: ext4 looks for other inodes than those freed in the last minutes, at every file it makes.
        if (existsSync(state)) renameSync(state, join(home, `state-${used++}`))
        pipeline(["engine", "up"])
        appendFileSync(join(folder, SOURCE), `# ${process.hrtime.bigint()}\n`)
        return pipeline(args, cache).seconds
      }
      pipeline(["engine", "up"])
      const { registry } = JSON.parse(pipeline(["engine", "status", "--json"]).stdout).native
      for (let round = 0; round < rounds; round++) {
        for (const [index, { title, args }] of RUNS.entries()) {
          const cache = { PIPELINE_CACHE: `${registry}/bench/cache-${index}` }
          const without = run(args, { PIPELINE_CACHE: "off" })
          const writing = run(args, { ...cache, PIPELINE_CACHE_MODE: "write" })
          const reading = run(args, { ...cache, PIPELINE_CACHE_MODE: "read" })
          say(
            `${title}: without ${without.toFixed(1)} s, writing ${writing.toFixed(1)} s, with ${reading.toFixed(1)} s`,
          )
          results[index]?.cold.push(without)
          results[index]?.warm.push((100 * reading) / without)
        }
      }
    } finally {
      pipeline(["engine", "down"])
      for (const each of [home, folder]) rmSync(each, { recursive: true, force: true })
    }
    return results.flatMap(({ title, cold, warm }) => [
      { name: `empty engine, no cache: load and run ${title}`, unit: "s", samples: cold },
      { name: "empty engine, the registry's cache", unit: "% of that", samples: warm, target: 30 },
    ])
  },
}

/**
 * `./pipeline` of a repository, with an engine of its own.
 *
 * @param {string} folder of the repository
 * @param {string} home of the engine
 */
function launcher(folder, home) {
  /**
   * @param {string[]} args
   * @param {Record<string, string>} [env]
   */
  return (args, env = {}) => {
    const started = performance.now()
    const { status, stdout, stderr } = spawnSync("./pipeline", args, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, PIPELINE_ENGINE_HOME: home, ...env },
    })
    if (status !== 0)
      throw new Error(`./pipeline ${args.join(" ")} ended with ${status}:\n${stderr}${stdout}`)
    return { stdout, seconds: (performance.now() - started) / 1000 }
  }
}
