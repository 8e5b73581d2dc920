import { emptyModule } from "../lib/empty-module.mjs"
import { measurePaired } from "../lib/paired.mjs"

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title: "one call of a function: answered from the cache, and run",
  rounds: 5,
  async measure({ engine, rounds, say }) {
    const empty = emptyModule(await engine())
    try {
      return await measurePaired(
        [
          { name: "cached function", run: () => empty.call("cached"), target: 0.7 },
          { name: "uncached function", run: () => empty.call("uncached"), target: 2 },
        ],
        { rounds, onSample: (name, seconds) => say(`${name}: ${seconds.toFixed(2)} s`) },
      )
    } finally {
      empty.delete()
    }
  },
}
