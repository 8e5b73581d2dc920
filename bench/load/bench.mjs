import { emptyModule } from "../lib/empty-module.mjs"
import { measurePaired } from "../lib/paired.mjs"
import { pipelineRepository } from "../lib/pipeline-repository.mjs"

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title: "the first output of `plan` after an edit of the module, and without one",
  rounds: 3,
  async measure({ engine: take, rounds, say }) {
    const engine = await take()
    const empty = emptyModule(engine)
    const repository = pipelineRepository(engine)
    const plan = async () => (await repository.call("plan", "--all")).firstOutput
    try {
      return await measurePaired(
        [
          { name: "cached function", run: () => empty.call("cached") },
          { name: "plan", run: plan },
          {
            name: "plan after an edit",
            target: 10,
            async run() {
              repository.edit()
              return plan()
            },
          },
        ],
        { rounds, onSample: (name, seconds) => say(`${name}: ${seconds.toFixed(2)} s`) },
      )
    } finally {
      empty.delete()
      repository.delete()
    }
  },
}
