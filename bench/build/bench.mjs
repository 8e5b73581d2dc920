import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { join } from "node:path"
import { timeDagger } from "../lib/engine.mjs"
import { commitAll, copyCheckout } from "../lib/repository.mjs"

/** One service of each language, and a file of its code with how that writes a comment. */
const SERVICES = [
  { name: "moderation", file: "moderation/app.py", comment: "#" },
  { name: "realtime-gateway", file: "src/main.js", comment: "//" },
  { name: "world-state", file: "main.go", comment: "//" },
]
const NAMES = SERVICES.map(({ name }) => name)
const ROW = /^(\S+) +build +ok +([\d.]+) s( +cached)?/gm

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title:
    "the build stages of three services: nothing cached, packages cached, an edit to the code, nothing changed; and of all services at once",
  rounds: 3,
  async measure({ engine: take, rounds, say }) {
    const engine = await take()
    const { folder, dockerfiles } = buildsOnly()
    const all = Object.keys(dockerfiles)
    const build = async (/** @type {string[]} */ names) => {
      const { stdout } = await timeDagger(engine, ["call", "ci", `--service=${names.join(",")}`], {
        cwd: folder,
      })
      const rows = [...stdout.matchAll(ROW)]
      if (rows.length !== names.length) throw new Error(`not every image was built:\n${stdout}`)
      return {
        seconds: rows.reduce((sum, [, , seconds]) => sum + Number(seconds), 0),
        executed: rows.filter(([, , , cached]) => cached === undefined).length,
      }
    }
    const cold = (/** @type {string[]} */ names, /** @type {boolean} */ packages) => {
      for (const name of names) makeCold(join(folder, dockerfiles[name] ?? ""), packages)
      return build(names)
    }
    const nothing = []
    const packages = []
    const edited = []
    const executed = []
    const idle = []
    try {
      await build(all)
      for (let round = 0; round < rounds; round++) {
        const first = await cold(NAMES, false)
        const second = await cold(NAMES, true)
        for (const { name, file, comment } of SERVICES)
          appendFileSync(
            join(folder, "examples/services", name, file),
            `\n${comment} ${process.hrtime.bigint()}\n`,
          )
        const third = await build(NAMES)
        const fourth = await build(NAMES)
        const before = processorTimes()
        await cold(all, false)
        const after = processorTimes()
        nothing.push(first.seconds)
        packages.push((100 * second.seconds) / first.seconds)
        edited.push((100 * third.seconds) / first.seconds)
        executed.push(fourth.executed)
        idle.push((100 * (after.idle - before.idle)) / (after.all - before.all))
        say(
          `nothing cached ${first.seconds.toFixed(1)} s, packages ${second.seconds.toFixed(1)} s, code ${third.seconds.toFixed(1)} s, nothing changed ${fourth.seconds.toFixed(1)} s`,
        )
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return [
      { name: "nothing cached", unit: "s", samples: nothing },
      { name: "packages cached, every instruction new", unit: "% of that", samples: packages },
      { name: "an edit to the code", unit: "% of that", samples: edited, target: 10 },
      { name: "nothing changed", unit: "builds run", samples: executed, target: 0 },
      { name: `${all.length} builds at once, cores idle`, unit: "% of the time", samples: idle },
    ]
  },
}

/** Of all cores since the machine started, in milliseconds. */
function processorTimes() {
  const times = cpus().map(({ times }) => times)
  const idle = times.reduce((sum, each) => sum + each.idle, 0)
  const all = times.reduce(
    (sum, each) => sum + Object.values(each).reduce((total, part) => total + part, 0),
    0,
  )
  return { idle, all }
}

/**
 * A repository of the examples with nothing to do but their builds.
 *
 * @returns {{folder: string, dockerfiles: Record<string, string>}} the Dockerfiles by service; the caller deletes the folder
 */
function buildsOnly() {
  const folder = copyCheckout()
  const path = join(folder, "services.json")
  const { services, libraries } = JSON.parse(readFileSync(path, "utf8"))
  const chosen = services
    .filter((/** @type {{dockerfile?: string}} */ { dockerfile }) => dockerfile !== undefined)
    .map(
      (
        /** @type {Record<string, unknown>} */ { health: _, needs: __, contract: ___, ...service },
      ) => ({
        ...service,
        test_command: "true",
        test: { allow_no_tests: true },
      }),
    )
  writeFileSync(path, JSON.stringify({ services: chosen, libraries }))
  writeFileSync(join(folder, "pipeline.yaml"), "scan: { in_ci: false }\n")
  commitAll(folder)
  const dockerfiles = Object.fromEntries(
    chosen.map((/** @type {{name: string, path: string, dockerfile: string}} */ each) => [
      each.name,
      join(each.path, each.dockerfile),
    ]),
  )
  return { folder, dockerfiles }
}

/**
 * Puts something new in front of every instruction of a Dockerfile, so that none is reused; base
 * images stay.
 *
 * @param {string} path of the Dockerfile
 * @param {boolean} packages whether its package caches stay too
 */
function makeCold(path, packages) {
  const salt = process.hrtime.bigint()
  const text = readFileSync(path, "utf8")
    .replaceAll(/^ENV PIPELINE_BENCH=.*\n/gm, "")
    .replaceAll(/^FROM .*$/gm, (from) => `${from}\nENV PIPELINE_BENCH=${salt}`)
  const emptied = text
    .replaceAll(/type=cache,id=[^,]*,/g, "type=cache,")
    .replaceAll(/type=cache,target=([^ ,]*)/g, `type=cache,id=bench-${salt}-$1,target=$1`)
  writeFileSync(path, packages ? text : emptied)
}
