import { spawn } from "node:child_process"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { connect, createServer } from "node:net"
import { fileURLToPath } from "node:url"
import { afterAll, describe, it } from "vitest"
import type { Start } from "./supervised.js"
import { endSupervisors, freePort, opened, SOON, supervise } from "./supervised.js"

const ASK = fileURLToPath(new URL("../../../ci/src/stages/supervise/ask.sh", import.meta.url))

afterAll(endSupervisors)

function ask(port: number, mode: string): Promise<{ code: number | null; lines: string[] }> {
  return new Promise((resolve) => {
    const child = spawn("bash", [ASK, String(port), mode, "backing service db", "127.0.0.1"], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    let output = ""
    child.stdout.on("data", (chunk) => (output += chunk))
    child.on("close", (code) => resolve({ code, lines: output.trimEnd().split("\n") }))
  })
}

const LISTEN = `console.log("listening"); require("net").createServer().listen(PORT)`
const HTTP = `let asked = 0
  require("http").createServer((_, answer) => answer.writeHead(++asked < 3 ? 503 : 200).end("warming up")).listen(PORT)`

describe.concurrent("a supervised server", { timeout: 120_000 }, () => {
  it.for<[string, Start]>([
    ["its port", { server: LISTEN }],
    [
      "an address that answers at last",
      { server: HTTP, ready: (port) => ({ kind: "http", port, path: "/" }) },
    ],
    ["a command", { server: LISTEN, ready: () => ({ kind: "command", command: ["true"] }) }],
  ])("is ready when its probe succeeds: %s", async ([, start], { expect }) => {
    const { port } = await supervise(start)
    await opened(port)
    expect(await ask(port, "check")).toEqual({ code: 0, lines: [""] })
  })

  it.for(["control", "finish"])(
    "is ready although a connection has the number of its %s port for a while",
    async (which, { expect }) => {
      const peer = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1")
      await once(peer, "listening")
      // The kernel chooses a number for a connection, as it does for those of a service.
      const connection = connect((peer.address() as AddressInfo).port, "127.0.0.1")
      await once(connection, "connect")
      const taken = connection.localPort ?? 0
      const { port } = await supervise({
        server: LISTEN,
        ...(which === "control"
          ? { controlPort: taken }
          : { finish: { port: taken, grace: SOON } }),
      })
      const ended = setTimeout(() => connection.resetAndDestroy(), 1_000)
      await opened(port)
      expect(await ask(port, "check")).toEqual({ code: 0, lines: [""] })
      clearTimeout(ended)
      connection.destroy()
      peer.close()
    },
  )

  it.for<[string, Start, string[]]>([
    [
      "that crashes at once",
      { server: `console.error("no space"); process.exit(3)` },
      ["no space", "backing service db ended with exit code 3 after *"],
    ],
    [
      "that never opens its port",
      { server: `console.log("thinking"); setInterval(() => {}, 1000)`, timeout: SOON },
      ["thinking", `backing service db was not ready after ${SOON} s: port * is closed`],
    ],
    [
      "that never becomes healthy",
      {
        server: `require("http").createServer((_, answer) => answer.writeHead(500).end("no\\ndisk")).listen(PORT)`,
        ready: (port) => ({ kind: "http", port, path: "/up" }),
        timeout: SOON,
      },
      [`backing service db was not ready after ${SOON} s: /up on port * answered 500: no disk`],
    ],
    [
      "whose probe fails",
      {
        server: LISTEN,
        ready: () => ({ kind: "command", command: ["sh", "-c", "echo not yet; exit 2"] }),
        timeout: SOON,
      },
      [
        "listening",
        `backing service db was not ready after ${SOON} s: \`sh\` ended with 2: not yet`,
      ],
    ],
    [
      "whose probe does not exist",
      {
        server: LISTEN,
        ready: () => ({ kind: "command", command: ["no-such-probe"] }),
        timeout: SOON,
      },
      [
        "listening",
        `backing service db was not ready after ${SOON} s: the probe \`no-such-probe\` can't be run: *`,
      ],
    ],
    [
      "that listens where nobody reaches it",
      { server: `require("net").createServer().listen(PORT, "127.0.0.1")`, timeout: SOON },
      [
        `backing service db was not ready after ${SOON} s: port * is closed; it listens on 127.0.0.1 only, *`,
      ],
    ],
  ])("says why it is not ready: one %s", async ([, start, expected], { expect }) => {
    const { port } = await supervise(start)
    await opened(port)
    const { code, lines } = await ask(port, "check")
    expect(code).toBe(1)
    expect(lines).toEqual(
      expected.map((line) =>
        expect.stringMatching(
          new RegExp(
            `^${line
              .split("*")
              .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
              .join(".*")}$`,
          ),
        ),
      ),
    )
  })

  it("shows its last lines, and what became of it, after it was ready", async ({ expect }) => {
    const serverPort = await freePort()
    const { port } = await supervise({
      server: `require("net").createServer((client) => client.on("data", () => process.exit(9))).listen(${serverPort})
        for (let line = 1; line <= 500; line++) console.log("line " + line)
        process.stdout.write("the end")`,
      ready: () => ({ kind: "port", port: serverPort }),
    })
    await opened(port)
    expect((await ask(port, "check")).code).toBe(0)
    connect({ host: "127.0.0.1", port: serverPort })
      .on("error", () => {})
      .write("stop")
    let heading = ""
    let lines: string[] = []
    while (!heading.includes("ended")) [heading = "", ...lines] = (await ask(port, "logs")).lines
    expect(heading).toBe(
      "--- log of backing service db, which ended with exit code 9 while it was in use",
    )
    expect(lines).toHaveLength(300)
    expect(lines.at(-1)).toBe("the end")
  })

  it("is named when nothing answers at all", async ({ expect }) => {
    expect(await ask(await freePort(), "check")).toEqual({
      code: 1,
      lines: ["backing service db does not answer"],
    })
  })

  it("ends with its supervisor", async ({ expect }) => {
    const { supervisor, port } = await supervise({ server: LISTEN })
    await opened(port)
    const ended = new Promise((resolve) => supervisor.on("close", resolve))
    supervisor.kill("SIGTERM")
    expect(await ended).toBe(0)
  })
})
