import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, describe, it } from "vitest"
import { endSupervisors, freePort, opened, supervise } from "./supervised.js"

const EXAMINE = fileURLToPath(
  new URL("../../../ci/src/stages/supervise/examine.mjs", import.meta.url),
)
const LISTEN = `require("net").createServer().listen(PORT)`
const ENDS = `process.on("SIGTERM", () => process.exit(0))`
/** Answers grpc.health.v1.Health/Check with one status. */
const grpc = (status: number) => `
  ${ENDS}
  require("http2").createServer().on("stream", (stream, headers) => {
    if (headers[":path"] !== "/grpc.health.v1.Health/Check") return stream.close()
    stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true })
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }))
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, ${status}]))
  }).listen(PORT)`

afterAll(endSupervisors)

/** Starts a server, examines it, and gives what was said. */
async function examine(
  server: string,
  options: { grpc?: boolean; allowRoot?: boolean; command?: string[] } = {},
) {
  const finish = { port: await freePort(), grace: 2 }
  const kind = options.grpc ? { kind: "grpc", service: "" } : { kind: "port" }
  const { command } = options
  const ready = (port: number) =>
    command ? { kind: "command", command: ["true"] } : { ...kind, port }
  const { port, serverPort } = await supervise({
    ...{ server, finish, ready },
    ...(command && { command }),
  })
  await opened(port)
  const instructions = {
    host: "127.0.0.1",
    ready: ready(serverPort),
    finishPort: finish.port,
    allowRoot: options.allowRoot ?? true,
  }
  const child = spawn(process.execPath, [EXAMINE, JSON.stringify(instructions)])
  let output = ""
  child.stdout.on("data", (chunk) => (output += chunk))
  const code = await new Promise((resolve) => child.on("close", resolve))
  return { code, lines: output.split("\n").filter(Boolean) }
}

describe.concurrent("a service that is examined", { timeout: 120_000 }, () => {
  it.for<[string, string, boolean]>([
    ["handles SIGTERM", `${LISTEN}; ${ENDS}`, false],
    ["serves gRPC", grpc(1), true],
  ])("is well when it %s", async ([, server, isGrpc], { expect }) => {
    expect(await examine(server, { grpc: isGrpc })).toEqual({ code: 0, lines: [] })
  })

  it.for<[string, string, RegExp]>([
    [
      "takes no notice of SIGTERM",
      `${LISTEN}; process.on("SIGTERM", () => {})`,
      /^did not end within 2 s of SIGTERM$/,
    ],
    [
      "leaves a process behind",
      `${LISTEN}; ${ENDS}
       require("child_process").spawn("sh", ["-c", "trap '' TERM; sleep 30 & wait"], { detached: true })`,
      /^did not end within 2 s of SIGTERM$/,
    ],
    [
      "logs a traceback of Python",
      `console.log("ERROR Traceback (most recent call last):"); ${LISTEN}; ${ENDS}`,
      /^logged an error it did not handle: ERROR Traceback \(most recent call last\):$/,
    ],
    [
      "logs a panic of Go, long before its last lines",
      `console.log("panic: nil map"); for (let i = 0; i < 999; i++) console.log(i); ${LISTEN}; ${ENDS}`,
      /^logged an error it did not handle: panic: nil map$/,
    ],
  ])("is not when it %s", async ([, server, reason], { expect }) => {
    const { code, lines } = await examine(server)
    expect(lines.at(-1)).toMatch(reason)
    expect(code).toBe(1)
  })

  it("is not when the kernel has to end it", async ({ expect }) => {
    const { code, lines } = await examine("", { command: ["sleep", "60"] })
    expect(lines.at(-1)).toMatch(/^does not handle SIGTERM: as the first process/)
    expect(code).toBe(1)
  })

  it.skipIf(process.getuid?.() !== 0)("is not when it runs as root", async ({ expect }) => {
    const { code, lines } = await examine(`${LISTEN}; ${ENDS}`, { allowRoot: false })
    expect(lines.at(-1)).toMatch(/^runs as root \(node\): add "USER 10001" to its Dockerfile/)
    expect(code).toBe(1)
  })
})
