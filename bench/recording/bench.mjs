import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { measurePaired } from "../lib/paired.mjs"
import { pipelineRepository } from "../lib/pipeline-repository.mjs"

/** What a run may take longer because it is recorded, in seconds. */
const MOST = 0.5
const RUN = ["ci", "--service=leaderboard"]
const WITHOUT = "ci that keeps nothing"
const WITH = "ci that keeps its record"

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title: "`ci` of one service with nothing changed, with and without its record kept in the engine",
  rounds: 5,
  async measure({ engine: take, rounds, say }) {
    const engine = await take()
    const [without, recorded] = [
      pipelineRepository(engine, withoutRecords),
      pipelineRepository(engine),
    ]
    try {
      const series = await measurePaired(
        [
          { name: WITHOUT, run: async () => (await without.call(...RUN)).seconds },
          { name: WITH, run: async () => (await recorded.call(...RUN)).seconds },
        ],
        { rounds, onSample: (name, value) => say(`${name}: ${value.toFixed(2)} s`) },
      )
      const [before, after] = series.map(({ samples }) => samples)
      const samples = (after ?? []).map((value, round) => value - (before?.[round] ?? Number.NaN))
      return [...series, { name: "what the record adds", unit: "s", samples, target: MOST }]
    } finally {
      without.delete()
      recorded.delete()
    }
  },
}

/**
 * The same module, except that nothing is written at the end of a run.
 *
 * @param {string} folder
 */
function withoutRecords(folder) {
  const file = join(folder, "ci/src/stages/records.ts")
  const text = readFileSync(file, "utf8")
  const begin = "run: KeptRun): Promise<string> {\n"
  if (!text.includes(begin)) throw new Error(`${file} has changed: \`keepRecord\` is not found`)
  writeFileSync(file, text.replace(begin, `${begin}  if (run) return ""\n`))
}
