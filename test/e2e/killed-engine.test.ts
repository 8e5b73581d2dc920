import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TestRepository } from "./repository.js"
import { exampleRepository } from "./repository.js"

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository()
})
afterAll(() => repository.delete())

// In a file of its own, which runs alone: it takes the engine away from everybody.
describe("an engine that is killed in the middle of a run", () => {
  it("is a clear error, and the next run works", async () => {
    repository.write(
      "examples/services/moderation/tests/test_slow.py",
      "import time\n\n\ndef test_slow() -> None:\n    time.sleep(30)\n",
    )
    const run = spawn("./pipeline", ["ci", "--service=moderation"], {
      cwd: repository.path,
      stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    run.stdout.on("data", (chunk) => (output += chunk))
    run.stderr.on("data", (chunk) => (output += chunk))
    const ended = new Promise<number>((resolve) => run.on("close", (code) => resolve(code ?? 1)))
    await until(() => /ok +moderation +preflight/.test(output))
    const { home } = JSON.parse((await repository.pipeline(["engine", "status", "--json"])).stdout)
    const { pid } = JSON.parse(readFileSync(join(home, "run/engine.pid"), "utf8"))
    process.kill(pid, "SIGKILL")
    expect(await ended).toBe(3)
    expect(output).toMatch(/lost|engine/)
    expect(output).toContain("moderation")

    repository.remove("examples/services/moderation/tests/test_slow.py")
    const next = await repository.pipeline(["ci", "--service=moderation"])
    expect(next.output).toContain("PASSED")
    expect(next.exitCode).toBe(0)
  })
})

/** Waits for something that a process is about to do; the test's own time limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 100))
}
