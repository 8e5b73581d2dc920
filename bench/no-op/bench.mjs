import { emptyModule } from "../lib/empty-module.mjs"
import { measurePaired } from "../lib/paired.mjs"
import { pipelineRepository } from "../lib/pipeline-repository.mjs"

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title: "`plan` and `ci` of eight services with nothing changed since the last run",
  rounds: 3,
  async measure({ engine: take, rounds, say }) {
    const engine = await take()
    const empty = emptyModule(engine)
    const repository = pipelineRepository(engine)
    /** @param {string[]} args */
    const seconds = async (...args) => (await repository.call(...args)).seconds
    try {
      return await measurePaired(
        [
          { name: "cached function", run: () => empty.call("cached") },
          { name: "plan", target: 2.5, run: () => seconds("plan") },
          { name: "ci", target: 5, run: () => seconds("ci") },
          { name: "ci --changed", target: 5, run: () => seconds("ci", "--changed") },
        ],
        { rounds, onSample: (name, value) => say(`${name}: ${value.toFixed(2)} s`) },
      )
    } finally {
      empty.delete()
      repository.delete()
    }
  },
}
