import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const SIDE_BY_SIDE = 2
const CHECK = new URL("../../ci/src/languages/python/check_imports.py", import.meta.url).pathname

/**
 * The pipeline's tools, in a virtual environment of their own.
 *
 * @param {string} folder in which to put it
 * @returns {string} its folder of programs
 */
export function installTools(folder) {
  const environment = join(folder, ".pipeline", "tools")
  execFileSync("python3", ["-m", "venv", environment])
  const bin = join(environment, "bin")
  execFileSync(join(bin, "pip"), ["install", "--quiet", "uv==0.9.11", "ruff==0.14.6"])
  return bin
}

/**
 * Installs, checks and tests every service, two at a time.
 *
 * @param {import("./services.mjs").Services} repository
 * @param {string} tools
 * @returns {Promise<number>} seconds
 */
export async function runNatively({ folder, services }, tools) {
  const scratch = mkdtempSync(join(tmpdir(), "pipeline-bench-"))
  const queue = [...services]
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      await runService(join(folder, next.path), next.path, join(scratch, next.name), tools)
  }
  const started = performance.now()
  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker))
    return (performance.now() - started) / 1000
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

/**
 * What the pipeline does for a service, in the same order, in a shell.
 *
 * @param {string} cwd
 * @param {string} path from the repository's root
 * @param {string} environment prefix of its two virtual environments
 * @param {string} tools
 */
function runService(cwd, path, environment, tools) {
  const settings = JSON.stringify({ advice: "add {}", folder: path, tests: `${environment}-tests` })
  const install = `${tools}/uv pip install --quiet --compile-bytecode`
  const script = `
${tools}/uv venv --quiet --relocatable ${environment}
${install} --python ${environment}/bin/python -r requirements.txt
cp -al ${environment} ${environment}-tests
${install} --python ${environment}-tests/bin/python -r requirements.txt -r requirements-dev.txt
${tools}/ruff check --no-cache .
${environment}/bin/python ${CHECK} '${settings}'
PATH="${environment}-tests/bin:$PATH" pytest -q tests
`
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-ec", script], {
      cwd,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (output += chunk))
    child.on("error", reject)
    child.on("close", (code) =>
      code === 0 ? resolve(undefined) : reject(new Error(`${path} failed natively:\n${output}`)),
    )
  })
}
