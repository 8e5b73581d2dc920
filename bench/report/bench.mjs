import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL, fileURLToPath } from "node:url"
import { chromium } from "playwright-core"
import { which } from "../../engine/lib/process.mjs"
import { createRecord } from "./create.mjs"

const RENDERER = fileURLToPath(new URL("../../ci/report", import.meta.url))
const SIZE = { services: 500, tests: 10_000, findings: 2000, failures: 9 }
const RUNS = 12

/** @type {import("../lib/benches.mjs").Bench} */
export const bench = {
  title: `a report of ${SIZE.services} services, 10,000 tests and ${RUNS} runs: made, and opened in Chromium`,
  rounds: 5,
  async measure({ rounds, say }) {
    const folder = mkdtempSync(join(tmpdir(), "pipeline-bench-report-"))
    const browser = await chromium.launch({
      executablePath: await which("chromium"),
      args: ["--no-sandbox"],
    })
    try {
      execFileSync("node", ["build.mjs"], { cwd: RENDERER })
      for (let number = 1; number <= RUNS; number++) {
        const record = createRecord({ ...SIZE, number })
        writeFileSync(join(folder, `${record.id}.json`), JSON.stringify(record))
      }
      const made = []
      const opened = []
      for (let round = 0; round < rounds; round++) {
        made.push(make(folder))
        opened.push(await usableAfter(browser, join(folder, "out", "report.html")))
        say(`made in ${made.at(-1)?.toFixed(2)} s, usable after ${opened.at(-1)?.toFixed(2)} s`)
      }
      return [
        { name: "made", unit: "s", samples: made, target: 2 },
        { name: "usable in Chromium", unit: "s", samples: opened, target: 1 },
      ]
    } finally {
      await browser.close()
      rmSync(folder, { recursive: true })
    }
  },
}

/**
 * @param {string} folder of records
 * @returns {number} seconds
 */
function make(folder) {
  const started = performance.now()
  const program = join(RENDERER, "dist/report.mjs")
  const { status, stderr } = spawnSync(
    "node",
    [program, "--records", folder, "--out", join(folder, "out")],
    { encoding: "utf8" },
  )
  if (status !== 0) throw new Error(`the renderer ended with ${status}: ${stderr}`)
  return (performance.now() - started) / 1000
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} file
 * @returns {Promise<number>} seconds until the page had painted the grid and had nothing left to do
 */
async function usableAfter(browser, file) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  try {
    await page.goto(String(pathToFileURL(file)))
    await page.waitForSelector('[role="grid"]')
    const painted = `new Promise((done) =>
      requestAnimationFrame(() => setTimeout(() => done(performance.now()))))`
    return Number(await page.evaluate(painted)) / 1000
  } finally {
    await page.close()
  }
}
