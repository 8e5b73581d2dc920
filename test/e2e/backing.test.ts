import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

interface Entry {
  name: string
  [key: string]: unknown
}

interface ServicesFile {
  services: Entry[]
  integration: Entry[]
}

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository()
})
afterAll(() => repository.delete())

/** Changes services.json as the data that it is. */
function changeServices(change: (file: ServicesFile) => void): void {
  const file = JSON.parse(repository.read("services.json")) as ServicesFile
  change(file)
  repository.write("services.json", JSON.stringify(file, null, 2))
}

function set(file: ServicesFile, name: string, changes: Record<string, unknown>): void {
  Object.assign(file.services.find((service) => service.name === name) as Entry, changes)
}

/** Answers the health check of the service with a text where a number is promised. */
const BROKEN_CONTRACT = `openapi: 3.1.0
info: { title: knowledge-base, version: "1" }
paths:
  /health:
    get:
      responses:
        "200":
          description: It lives.
          content:
            application/json:
              schema:
                type: object
                properties: { status: { type: integer } }
`

const BACKING_SERVICES = `
backing_services:
  crashing:
    image: redis:7
    port: 6379
    args: ["--no-such-setting", "yes"]
  closed:
    image: redis:7
    port: 9999
    ready: { timeout: 3 }
  absent:
    image: 127.0.0.1:9/no/such:1
    port: 1234
`

/** Would see what the other service's tests leave behind, in the same seconds. */
const FINDS_NOTHING = `import os
import socket
import time
from urllib.parse import urlsplit


def ask(connection: socket.socket, command: bytes) -> bytes:
    connection.sendall(command + b"\\r\\n")
    return connection.recv(64).strip()


def test_nobody_else_is_here() -> None:
    address = urlsplit(os.environ["REDIS_URL"])
    with socket.create_connection((address.hostname, address.port)) as connection:
        assert ask(connection, b"DBSIZE") == b":0"
        assert ask(connection, b"SET mine 1") == b"+OK"
        time.sleep(3)
        assert ask(connection, b"DBSIZE") == b":1"
        assert ask(connection, b"INCR mine") == b":2"
`

describe("what runs beside services", () => {
  it("fails in rows that name it, and everything else goes on", async () => {
    changeServices((file) => {
      set(file, "moderation", { needs: ["crashing"] })
      set(file, "realtime-gateway", { needs: ["closed"] })
      set(file, "world-state", { needs: ["absent"] })
      set(file, "knowledge-base", { contract: { openapi: "openapi.yaml" } })
      file.integration.push({
        name: "chat",
        services: ["knowledge-base", "moderation"],
        path: "examples/integration/ranked_match",
        language: "python",
        test_command: "pytest .",
      })
    })
    repository.append("pipeline.yaml", BACKING_SERVICES)
    repository.write("examples/services/knowledge-base/openapi.yaml", BROKEN_CONTRACT)
    repository.write(
      "examples/services/leaderboard/tests/test_broken.py",
      "def test_board() -> None:\n    assert False\n",
    )

    const names = "moderation,realtime-gateway,world-state,knowledge-base,leaderboard,chat"
    const { exitCode, output } = await repository.shell(`dagger call ci --service=${names}`)

    expect(exitCode).toBe(1)
    const results = tableRows(output).map((row) => `${row.service} ${row.stage} ${row.result}`)
    expect(results).toEqual(
      expect.arrayContaining([
        "moderation test FAILED",
        "realtime-gateway test FAILED",
        "world-state test ERROR",
        "knowledge-base smoke ok",
        "knowledge-base contract FAILED",
        "leaderboard test FAILED",
        "chat integration -",
      ]),
    )
    expect(output).toMatch(/moderation test: backing service crashing ended with exit code 1 after/)
    expect(output).toContain("no-such-setting")
    expect(output).toMatch(
      /realtime-gateway test: backing service closed was not ready after 3 s: port 9999 is closed/,
    )
    expect(output).toMatch(/backing service absent: its image 127.0.0.1:9\/no\/such:1 can't be had/)
    expect(output).toMatch(/knowledge-base contract: 1 of 1 operations break .*: GET \/health/)
    expect(output).toContain(
      "reproduce: dagger call debug --service=knowledge-base --step=contract terminal",
    )
    expect(output).toMatch(/backing service redis printed last:\n.*Ready to accept connections/s)
    expect(output).toMatch(/^chat +integration +- .*(moderation test|contract) failed$/m)
  })

  it("is shared by no two services", async () => {
    repository.git("checkout", "--quiet", ".")
    changeServices((file) => {
      for (const name of ["moderation", "knowledge-base"]) set(file, name, { needs: ["redis"] })
    })
    for (const path of ["moderation", "knowledge-base"])
      repository.write(`examples/services/${path}/tests/test_alone.py`, FINDS_NOTHING)
    const { exitCode, output } = await repository.shell(
      "dagger call ci --service=moderation,knowledge-base --jobs=2",
    )
    expect(
      tableRows(output).filter(({ stage, result }) => stage === "test" && result === "ok"),
    ).toHaveLength(2)
    expect(exitCode).toBe(0)
  })

  it("can be looked at where the tests of several services run", async () => {
    const typed = "echo profiles at $PLAYER_PROFILE_URL and nats at $NATS_URL; eval $PIPELINE_STEP"
    const { stdout } = await repository.shell(
      `dagger call debug --service=ranked-match --step=integration with-exec --args=sh,-c,'${typed}' stdout`,
    )
    expect(stdout).toContain("profiles at http://player-profile:8000 and nats at nats://nats:4222")
    expect(stdout).toContain("2 passed")
  })

  it("is refused with its line when it does not exist", async () => {
    changeServices((file) => {
      file.integration[0] = { ...(file.integration[0] as Entry), services: ["matchmakng"] }
    })
    const { exitCode, output } = await repository.shell("dagger call plan --all")
    expect(exitCode).toBe(2)
    expect(output).toMatch(/services\.json:\d+:\d+ .*there is no service "matchmakng"/)
    expect(output).toContain('did you mean "matchmaking"?')
  })
})
