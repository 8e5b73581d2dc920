import { spawn } from "node:child_process"
import { chooseEngine } from "../../engine/launcher/choose-engine.mjs"
import { readyEngine } from "../../engine/launcher/ready-engine.mjs"

/**
 * @typedef {object} Engine
 * @property {string} dagger path of the CLI
 * @property {Record<string, string>} variables what points the CLI at the engine
 */

/** @typedef {{seconds: number, firstOutput: number, stdout: string, stderr: string, exitCode: number}} CallOutcome */

/** The engine that `./pipeline` would take. */
export async function benchEngine() {
  return readyEngine(await chooseEngine(), { install: true })
}

/**
 * Runs `dagger ARGUMENTS` and takes the time.
 *
 * @param {Engine} engine
 * @param {string[]} args
 * @param {{cwd: string, input?: string, exitCode?: number}} options exitCode: the one that is right
 * @returns {Promise<CallOutcome>} seconds until its end and until its first byte of output
 * @throws {Error} with its output, when it ends with another exit code: a failed run's time says nothing
 */
export async function timeDagger(engine, args, { cwd, input = "", exitCode: expected = 0 }) {
  const outcome = await collect(engine, args, cwd, input)
  if (outcome.exitCode === expected) return outcome
  throw new Error(
    `\`dagger ${args.join(" ")}\` ended with ${outcome.exitCode}, not ${expected}:\n${outcome.stderr}${outcome.stdout}`,
  )
}

/**
 * @param {Engine} engine
 * @param {string[]} args
 * @param {string} cwd
 * @param {string} input
 * @returns {Promise<CallOutcome>}
 */
function collect(engine, args, cwd, input) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const since = () => (performance.now() - started) / 1000
    const child = spawn(engine.dagger, ["--progress=plain", ...args], {
      cwd,
      env: { ...process.env, ...engine.variables, NO_COLOR: "1", TERM: "dumb" },
      stdio: ["pipe", "pipe", "pipe"],
    })
    let stdout = ""
    let stderr = ""
    let firstOutput = Number.NaN
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      if (stdout === "") firstOutput = since()
      stdout += chunk
    })
    child.stderr.setEncoding("utf8").on("data", (chunk) => (stderr += chunk))
    child.stdin.on("error", () => {})
    child.stdin.end(input)
    child.on("error", reject)
    child.on("close", (code) =>
      resolve({ seconds: since(), firstOutput, stdout, stderr, exitCode: code ?? 1 }),
    )
  })
}
