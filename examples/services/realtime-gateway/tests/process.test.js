import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { it } from "node:test"
import { fileURLToPath } from "node:url"

const MAIN = fileURLToPath(new URL("../src/main.js", import.meta.url))

it("starts without settings but a port, and stops cleanly on SIGTERM", async () => {
  const child = spawn(process.execPath, [MAIN], { env: { PORT: "0" } })
  try {
    const [line] = await once(createInterface(child.stdout), "line")
    const port = /listening on port (\d+)/.exec(line)[1]
    const answer = await fetch(`http://127.0.0.1:${port}/health`)
    assert.equal(answer.status, 200)
    await answer.text()

    child.kill("SIGTERM")

    const [code] = await once(child, "exit")
    assert.equal(code, 0)
  } finally {
    child.kill("SIGKILL")
  }
})

it("names a setting that it can't use", async () => {
  const child = spawn(process.execPath, [MAIN], { env: { HEARTBEAT_SECONDS: "often" } })
  const lines = []
  createInterface(child.stderr).on("line", (line) => lines.push(line))

  const [code] = await once(child, "close")

  assert.equal(code, 1)
  assert.match(lines.join("\n"), /^realtime-gateway: HEARTBEAT_SECONDS must be/)
})
