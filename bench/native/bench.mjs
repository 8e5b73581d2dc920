import { rmSync } from "node:fs"
import { timeDagger } from "../lib/engine.mjs"
import { measurePaired } from "../lib/paired.mjs"
import { copiedServices, touchServices } from "./services.mjs"
import { installTools, runNatively } from "./native.mjs"

const SERVICES = Number(process.env["BENCH_SERVICES"] ?? 8)

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title: `preflight and unit tests of ${SERVICES} services: the same commands natively, two at a time, and in the pipeline`,
  rounds: 3,
  async measure({ engine: getEngine, rounds, say }) {
    const engine = await getEngine()
    const repository = copiedServices(SERVICES)
    try {
      const tools = installTools(repository.folder)
      return await measurePaired(
        [
          {
            name: "natively",
            run: async () => runNatively(repository, tools),
          },
          {
            name: "pipeline",
            run: async (round) => {
              touchServices(repository, String(round))
              const args = ["call", "ci", "--jobs=2"]
              return (await timeDagger(engine, args, { cwd: repository.folder })).seconds
            },
          },
        ],
        { rounds, onSample: (name, seconds) => say(`${name}: ${seconds.toFixed(1)} s`) },
      )
    } finally {
      rmSync(repository.folder, { recursive: true, force: true })
    }
  },
}
