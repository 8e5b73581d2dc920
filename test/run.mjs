// Runs the tests and everything they need: `npm test`, or `npm run test:unit`
// for those that need no engine. `npm run test:long` is for what `npm test` leaves
// out, since it takes a quarter of an hour. Needs nothing installed but Node (and, for the
// engine, what ./pipeline itself needs).
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const unitOnly = process.argv.includes("--unit")
const long = process.argv.includes("--long")

/**
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {number} exit code
 */
function run(title, command, args, env = process.env) {
  process.stderr.write(`\n== ${title}\n`)
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env,
  })
  if (error) process.stderr.write(`${error.message}\n`)
  return status ?? 1
}

/** Installs the packages of a folder unless its lock file was installed already. */
function install(/** @type {string} */ folder) {
  const lock = join(ROOT, folder, "package-lock.json")
  const installed = join(ROOT, folder, "node_modules", ".package-lock.json")
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return 0
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", join(ROOT, folder)]
  return run(`installing the packages of ${folder === "." ? "the tests" : folder}`, "npm", args)
}

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
  for (const folder of [".", "ci", "ci/deploy", "ci/report"]) if (install(folder) !== 0) return 1
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
