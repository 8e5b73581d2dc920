import { spawn } from "node:child_process"
import { appendFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { emptyModule } from "../lib/empty-module.mjs"
import { measurePaired } from "../lib/paired.mjs"
import { createFleet } from "./create.mjs"

const SEED = 1
const FLEET = { services: 45, files: 20_000, junkBytes: 2_000_000_000, seed: SEED }
const LARGE_FLEET = { services: 500, files: 10_000, junkBytes: 0, seed: SEED }

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title: "plan in large repositories: 45 services with 2 GB of ignored files, and 500 services",
  rounds: 3,
  async measure({ engine, rounds, say }) {
    const ready = await engine()
    const empty = emptyModule(ready)
    const fleet = createFleet(FLEET)
    const large = createFleet(LARGE_FLEET)
    say(`fleet: ${fleet.tracked} tracked files, ${fleet.ignoredBytes} ignored bytes`)
    try {
      const first = await plan(fleet.folder, ready)
      say(`first plan: ${first.toFixed(1)} s`)
      const series = await measurePaired(
        [
          { name: "cached function", run: () => empty.call("cached") },
          { name: "45 services, nothing changed", run: () => plan(fleet.folder, ready), target: 3 },
          {
            name: "45 services, one file changed",
            run: () => {
              appendFileSync(join(fleet.folder, "services/service-7/README.md"), "more\n")
              return plan(fleet.folder, ready)
            },
          },
          { name: "500 services", run: () => plan(large.folder, ready), target: 5 },
        ],
        { rounds, onSample: (name, seconds) => say(`${name}: ${seconds.toFixed(2)} s`) },
      )
      return [
        ...series,
        { name: "45 services, first upload", unit: "s", samples: [first], target: 30 },
      ]
    } finally {
      empty.delete()
      for (const { folder } of [fleet, large]) rmSync(folder, { recursive: true, force: true })
    }
  },
}

/**
 * @param {string} folder
 * @param {import("../lib/engine.mjs").Engine} engine
 * @returns {Promise<number>} seconds that `./pipeline plan` took
 */
function plan(folder, { variables }) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn("./pipeline", ["plan"], {
      cwd: folder,
      env: { ...process.env, ...variables },
      stdio: ["ignore", "ignore", "pipe"],
    })
    let stderr = ""
    child.stderr.setEncoding("utf8").on("data", (chunk) => (stderr += chunk))
    child.on("error", reject)
    child.on("close", (code) =>
      code === 0
        ? resolve((performance.now() - started) / 1000)
        : reject(new Error(`./pipeline plan ended with ${code}:\n${stderr}`)),
    )
  })
}
