import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { timeDagger } from "../lib/engine.mjs"
import { commitAll, copyCheckout } from "../lib/repository.mjs"

/** One service of each language, and a file of its code with how that writes a comment. */
const SERVICES = [
  { name: "moderation", file: "moderation/app.py", comment: "#" },
  { name: "realtime-gateway", file: "src/main.js", comment: "//" },
  { name: "world-state", file: "main.go", comment: "//" },
]
const ROW = /^(\S+) +build +ok +([\d.]+) s( +cached)?/gm

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title:
    "the build stages of three services: every instruction new, an edit to the code, nothing changed",
  rounds: 3,
  async measure({ engine: take, rounds, say }) {
    const engine = await take()
    const folder = buildsOnly()
    const build = async () => {
      const names = SERVICES.map(({ name }) => name).join(",")
      const { stdout } = await timeDagger(engine, ["call", "ci", `--service=${names}`], {
        cwd: folder,
      })
      const rows = [...stdout.matchAll(ROW)]
      if (rows.length !== SERVICES.length) throw new Error(`not every image was built:\n${stdout}`)
      return {
        seconds: rows.reduce((sum, [, , seconds]) => sum + Number(seconds), 0),
        executed: rows.filter(([, , , cached]) => cached === undefined).length,
      }
    }
    const cold = []
    const edited = []
    const executed = []
    try {
      await build()
      for (let round = 0; round < rounds; round++) {
        for (const { name } of SERVICES) makeCold(join(folder, "examples/services", name))
        const first = await build()
        for (const { name, file, comment } of SERVICES)
          appendFileSync(
            join(folder, "examples/services", name, file),
            `\n${comment} ${process.hrtime.bigint()}\n`,
          )
        const second = await build()
        const third = await build()
        say(
          `cold ${first.seconds.toFixed(1)} s, code ${second.seconds.toFixed(1)} s, nothing ${third.seconds.toFixed(1)} s`,
        )
        cold.push(first.seconds)
        edited.push((100 * second.seconds) / first.seconds)
        executed.push(third.executed)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return [
      { name: "every instruction new", unit: "s", samples: cold },
      { name: "an edit to the code", unit: "% of that", samples: edited, target: 10 },
      { name: "nothing changed", unit: "builds run", samples: executed, target: 0 },
    ]
  },
}

/**
 * A repository of the services with nothing to do but their builds.
 *
 * @returns {string} the folder; the caller deletes it
 */
function buildsOnly() {
  const folder = copyCheckout()
  const path = join(folder, "services.json")
  const { services, libraries } = JSON.parse(readFileSync(path, "utf8"))
  const chosen = SERVICES.map(({ name }) => {
    const {
      health: _,
      needs: __,
      ...service
    } = services.find((/** @type {{name: string}} */ each) => each.name === name)
    return { ...service, test_command: "true", test: { allow_no_tests: true } }
  })
  writeFileSync(path, JSON.stringify({ services: chosen, libraries }))
  writeFileSync(join(folder, "pipeline.yaml"), "scan: { in_ci: false }\n")
  commitAll(folder)
  return folder
}

/**
 * Puts something new in front of every instruction of a Dockerfile, so that none is reused; base
 * images and package caches stay.
 *
 * @param {string} folder of the service
 */
function makeCold(folder) {
  const path = join(folder, "Dockerfile")
  const text = readFileSync(path, "utf8").replaceAll(/^ENV PIPELINE_BENCH=.*\n/gm, "")
  const salt = `ENV PIPELINE_BENCH=${process.hrtime.bigint()}`
  writeFileSync(
    path,
    text.replaceAll(/^FROM .*$/gm, (from) => `${from}\n${salt}`),
  )
}
