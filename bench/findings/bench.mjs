import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const PROGRAM = fileURLToPath(new URL("merge.ts", import.meta.url))
const VITE_NODE = fileURLToPath(new URL("../../node_modules/.bin/vite-node", import.meta.url))

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title:
    "100,000 results of three tools merged, judged and written as SARIF, audit file and summary",
  rounds: 3,
  async measure({ rounds, say }) {
    /** @type {number[]} */
    const seconds = []
    /** @type {number[]} */
    const memory = []
    for (let round = 0; round < rounds; round++) {
      const { stdout, status, stderr } = spawnSync(VITE_NODE, [PROGRAM], { encoding: "utf8" })
      if (status !== 0) throw new Error(`merge.ts ended with ${status}: ${stderr}`)
      const sample = JSON.parse(stdout)
      say(`${sample.findings} findings in ${sample.seconds.toFixed(2)} s, ${sample.megabytes} MB`)
      seconds.push(sample.seconds)
      memory.push(sample.megabytes)
    }
    return [
      { name: "merge", unit: "s", samples: seconds, target: 5 },
      { name: "memory at most", unit: "MB", samples: memory, target: 1000 },
    ]
  },
}
