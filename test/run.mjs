// Runs the tests and everything they need: `npm test`, or `npm run test:unit`
// for those that need no engine. `npm run test:long` is for what `npm test` leaves
// out, since it takes a quarter of an hour. Needs nothing installed but Node (and, for the
// engine, what ./pipeline itself needs).
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { install, PACKAGES, ROOT, run } from "./packages.mjs"

const unitOnly = process.argv.includes("--unit")
const long = process.argv.includes("--long")

/** Engine and registry, brought up for the tests unless they run; returns their environment. */
function startEngine() {
  const ran =
    spawnSync("./pipeline", ["engine", "status"], { cwd: ROOT, stdio: "ignore" }).status === 0
  if (run("bringing up the engine", "./pipeline", ["engine", "up"]) !== 0) return undefined
  return { stop: () => (ran ? 0 : run("stopping the engine", "./pipeline", ["engine", "down"])) }
}

/**
 * @param {string[]} projects of vitest.config.ts
 * @returns {number} exit code
 */
function vitest(projects) {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-tests-"))
  const report = join(folder, "report.json")
  const args = [
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]
  const code = run(`running the tests: ${projects.join(", ")}`, "npx", [
    "--no-install",
    ...args,
    ...projects.map((name) => `--project=${name}`),
  ])
  const totals = existsSync(report)
    ? JSON.parse(readFileSync(report, "utf8"))
    : { numPassedTests: 0, numFailedTests: 1 }
  rmSync(folder, { recursive: true, force: true })
  // CI reads this line: alone, in these words.
  process.stdout.write(`\n${totals.numPassedTests} passed, ${totals.numFailedTests} failed\n`)
  return code !== 0 || totals.numPassedTests === 0 ? 1 : 0
}

function main() {
  for (const folder of PACKAGES) if (install(folder) !== 0) return 1
  if (run("checking types", "npm", ["run", "--silent", "typecheck"]) !== 0) return 1
  if (unitOnly) return vitest(["unit"])
  // The end-to-end tests build the kit's programs from their sources.
  if (install("engine/sdk-typescript/kit") !== 0) return 1
  const engine = startEngine()
  if (!engine) return 1
  const code = vitest(long ? ["e2e-long"] : ["unit", "git", "report", "deploy", "e2e", "e2e-alone"])
  return engine.stop() || code
}

process.exitCode = main()
