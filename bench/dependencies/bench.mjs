import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename } from "node:path"
import { timeDagger } from "../lib/engine.mjs"
import { loadPlanner } from "./plan.mjs"

const SERVICE = new URL("../../examples/services/api/", import.meta.url)
const MANIFESTS = ["requirements.txt", "requirements-dev.txt"]
const IMAGE = "docker.io/library/python:3.11-slim"
const TOOLS =
  "python -m venv /opt/tools && /opt/tools/bin/pip install -q --no-cache-dir uv==0.9.11 && /opt/tools/bin/uv venv --quiet --relocatable --python python /opt/shipped"
const LANGUAGES = new URL("../../ci/src/languages/", import.meta.url)
const STAMP = "/opt/installed"

/** @typedef {import("./plan.mjs").Plan} Plan */

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title:
    "a service's dependencies: installed from nothing, unchanged, and with one package changed",
  rounds: 3,
  async measure({ engine: getEngine, rounds, say }) {
    const engine = await getEngine()
    const plan = await loadPlanner()
    const unchanged = manifests()
    const changed = {
      ...unchanged,
      "requirements.txt":
        unchanged["requirements.txt"]?.replace(/^click==.*$/m, "click==8.1.8") ?? "",
    }
    const query = (/** @type {string} */ text) =>
      timeDagger(engine, ["query"], { cwd: tmpdir(), input: text })
    const cold = []
    const warm = []
    const one = []
    for (let round = 0; round < rounds; round++) {
      const volume = async () => {
        const { stdout } = await query(`{ cacheVolume(key: "bench-${randomUUID()}") { id } }`)
        return JSON.parse(stdout).cacheVolume.id
      }
      const [packages, bytecode] = [await volume(), await volume()]
      // What a call costs that installs nothing is no part of the step.
      const seconds = async (/** @type {Plan | undefined} */ wanted) =>
        (await query(layer(packages, bytecode, wanted))).seconds
      await seconds(undefined)
      const call = await seconds(undefined)
      const first = (await seconds(await plan(unchanged))) - call
      const second = (await seconds(await plan(unchanged))) - call
      const third = (await seconds(await plan(changed))) - call
      say(
        `from nothing ${first.toFixed(1)} s, unchanged ${second.toFixed(2)} s, one package changed ${third.toFixed(1)} s`,
      )
      cold.push(first)
      warm.push((100 * Math.max(0, second)) / first)
      one.push((100 * Math.max(0, third)) / first)
    }
    return [
      { name: "from nothing", unit: "s", samples: cold },
      { name: "unchanged", unit: "% of that", samples: warm, target: 5 },
      { name: "one package changed", unit: "% of that", samples: one, target: 20 },
    ]
  },
}

/** @returns {Record<string, string>} */
function manifests() {
  return Object.fromEntries(
    MANIFESTS.map((name) => [name, readFileSync(new URL(name, SERVICE), "utf8")]),
  )
}

/**
 * The query that makes the dependency layer as the module does, or only what comes before it.
 *
 * @param {string} packages id of a volume
 * @param {string} bytecode id of a volume
 * @param {Plan | undefined} plan
 */
function layer(packages, bytecode, plan) {
  const text = JSON.stringify
  const programs = Object.fromEntries(
    (plan?.programs ?? []).map((name) => [
      `/opt/pipeline/${basename(name)}`,
      readFileSync(new URL(name, LANGUAGES), "utf8"),
    ]),
  )
  const files = Object.entries({ ...programs, ...plan?.files }).map(
    ([path, contents]) => `withNewFile(path: ${text(path)}, contents: ${text(contents)})`,
  )
  const script = `date +%s > ${STAMP}\n${plan?.script ?? ""}`
  const steps = [
    `from(address: ${text(IMAGE)})`,
    `withExec(args: ["sh", "-c", ${text(TOOLS)}])`,
    `withEnvVariable(name: "UV_NATIVE_TLS", value: "1")`,
    `withEnvVariable(name: "UV_LINK_MODE", value: "copy")`,
    `withMountedCache(path: "/root/.cache/uv", cache: ${text(packages)})`,
    `withMountedCache(path: "/root/.cache/pipeline-bytecode", cache: ${text(bytecode)})`,
    ...files,
    `withWorkdir(path: ${text(plan?.folder ?? "/")})`,
    `withExec(args: ["sh", "-ec", ${text(script)}])`,
    `file(path: ${text(STAMP)})`,
  ]
  return `{ container { ${steps.join(" { ")} { contents } ${"}".repeat(steps.length + 1)}`
}
