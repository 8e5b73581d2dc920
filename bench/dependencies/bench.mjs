import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename } from "node:path"
import { timeDagger } from "../lib/engine.mjs"
import { loadPlanner } from "./plan.mjs"

/** @type {{title: string, manifests: Record<string, URL>}[]} */
const SERVICES = [
  {
    title: "54 packages",
    manifests: { "requirements.txt": new URL("requirements.txt", import.meta.url) },
  },
  {
    title: "the examples' api",
    manifests: {
      "requirements.txt": new URL("../../examples/services/api/requirements.txt", import.meta.url),
      "requirements-dev.txt": new URL(
        "../../examples/services/api/requirements-dev.txt",
        import.meta.url,
      ),
    },
  },
]
const IMAGE = "docker.io/library/python:3.11-slim"
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
    const { plan, makeTools } = await loadPlanner()
    const series = []
    for (const { title, manifests } of SERVICES) {
      const unchanged = await plan(texts(manifests))
      const changed = await plan(withOneChanged(texts(manifests)))
      const samples = await measureService(
        { engine, makeTools, unchanged, changed, rounds },
        (text) => say(`${title}: ${text}`),
      )
      series.push(
        { name: `${title}, from nothing`, unit: "s", samples: samples.cold },
        { name: `${title}, unchanged`, unit: "% of that", samples: samples.warm, target: 5 },
        {
          name: `${title}, one package changed`,
          unit: "% of that",
          samples: samples.one,
          target: 20,
        },
      )
    }
    return series
  },
}

/**
 * @param {{engine: import("../lib/engine.mjs").Engine, makeTools: string, unchanged: Plan, changed: Plan, rounds: number}} service
 * @param {(text: string) => void} say
 */
async function measureService({ engine, makeTools, unchanged, changed, rounds }, say) {
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
      (await query(layer(makeTools, packages, bytecode, wanted))).seconds
    await seconds(undefined)
    const call = await seconds(undefined)
    const first = (await seconds(unchanged)) - call
    const second = (await seconds(unchanged)) - call
    const third = (await seconds(changed)) - call
    say(
      `from nothing ${first.toFixed(1)} s, unchanged ${second.toFixed(2)} s, one package changed ${third.toFixed(1)} s`,
    )
    cold.push(first)
    warm.push((100 * Math.max(0, second)) / first)
    one.push((100 * Math.max(0, third)) / first)
  }
  return { cold, warm, one }
}

/**
 * @param {Record<string, URL>} files
 * @returns {Record<string, string>}
 */
function texts(files) {
  return Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, readFileSync(file, "utf8")]),
  )
}

/** @param {Record<string, string>} manifests */
function withOneChanged(manifests) {
  const text = manifests["requirements.txt"] ?? ""
  return { ...manifests, "requirements.txt": text.replace(/^click==.*$/m, "click==8.1.8") }
}

/**
 * The query that makes the dependency layer as the module does, or only what comes before it.
 *
 * @param {string} makeTools
 * @param {string} packages id of a volume
 * @param {string} bytecode id of a volume
 * @param {Plan | undefined} plan
 */
function layer(makeTools, packages, bytecode, plan) {
  const text = JSON.stringify
  const programs = Object.fromEntries(
    (plan?.programs ?? []).map((name) => [
      `/opt/pipeline/${basename(name)}`,
      readFileSync(new URL(name, LANGUAGES), "utf8"),
    ]),
  )
  const layers = [plan?.first, plan ?? { files: {}, folder: "/", script: "" }]
  const installation = layers.flatMap((step) => {
    if (step === undefined) return []
    const files = Object.entries({ ...programs, ...step.files }).map(
      ([path, contents]) => `withNewFile(path: ${text(path)}, contents: ${text(contents)})`,
    )
    const script = `date +%s > ${STAMP}\n${step.script}`
    return [
      ...files,
      `withWorkdir(path: ${text(step.folder)})`,
      `withExec(args: ["sh", "-ec", ${text(script)}])`,
    ]
  })
  const steps = [
    `from(address: ${text(IMAGE)})`,
    `withExec(args: ["sh", "-c", ${text(makeTools)}])`,
    `withEnvVariable(name: "UV_NATIVE_TLS", value: "1")`,
    `withEnvVariable(name: "UV_LINK_MODE", value: "copy")`,
    `withMountedCache(path: "/root/.cache/uv", cache: ${text(packages)})`,
    `withMountedCache(path: "/root/.cache/pipeline-bytecode", cache: ${text(bytecode)})`,
    ...installation,
    `file(path: ${text(STAMP)})`,
  ]
  return `{ container { ${steps.join(" { ")} { contents } ${"}".repeat(steps.length + 1)}`
}
