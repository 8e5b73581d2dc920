import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

/** Answers on port 8000, and ends on SIGTERM. */
const SERVE = [
  "import http.server, signal, sys",
  "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))",
  "print('about to listen', flush=True)",
  "http.server.ThreadingHTTPServer(('', 8000), http.server.SimpleHTTPRequestHandler).serve_forever()",
].join("\n")
const RAISES = `import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()\n`
const DEAF = SERVE.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")

/** A service, and what becomes of it. */
interface Tried {
  name: string
  user?: number
  program: string
  health: object
  load?: object
  /** What the standard image runs, in place of a Dockerfile. */
  command?: string
  result: string
}

/** What each service runs, as whom, how its health is asked for, and what becomes of its smoke test. */
const SERVICES: Tried[] = [
  { name: "tcp", program: SERVE, health: { port: 8000, protocol: "tcp" }, result: "ok" },
  { name: "command", program: SERVE, health: { command: "test -e /main.py" }, result: "ok" },
  { name: "root", user: 0, program: SERVE, health: { port: 8000, path: "/" }, result: "FAILED" },
  { name: "raising", program: RAISES + SERVE, health: { port: 8000, path: "/" }, result: "FAILED" },
  {
    ...{ name: "deaf", program: DEAF, result: "FAILED" },
    health: { port: 8000, path: "/", grace: 1 },
  },
  {
    ...{ name: "standard", program: SERVE, command: "python main.txt", result: "ok" },
    health: { port: 8000, path: "/main.txt" },
  },
  {
    ...{ name: "quick", program: SERVE, result: "ok" },
    health: { port: 8000, path: "/" },
    load: { rate: 20, duration: 2, p95: 9000 },
  },
  {
    ...{ name: "slow", program: SERVE, result: "ok" },
    health: { port: 8000, path: "/" },
    load: { requests: ["GET /", "GET /nowhere"], rate: 20, duration: 2, p95: 0.001, errors: 60 },
  },
]

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository()
  repository.write("pipeline.yaml", "scan: { in_ci: false }\n")
  const services = SERVICES.map(({ name, health, load, command }) => ({
    ...{ name, path: name, language: "python" },
    ...(command === undefined ? { dockerfile: "Dockerfile" } : { build: { command } }),
    ...{ test_command: "true", test: { allow_no_tests: true }, health },
    ...(load && { load }),
  }))
  repository.write("services.json", JSON.stringify(services))
  for (const { name, user = 10001, program, command } of SERVICES) {
    repository.write(`${name}/main.txt`, program)
    if (command !== undefined) continue
    repository.write(
      `${name}/Dockerfile`,
      `FROM python:3.11-slim\nCOPY main.txt /main.py\nUSER ${user}\nCMD ["python", "/main.py"]\n`,
    )
  }
})
afterAll(() => repository.delete())

describe("a smoke test", () => {
  it("takes a service as it would be deployed, and looks at how it runs and ends", async () => {
    const { exitCode, output } = await repository.shell("dagger call ci")
    expect(exitCode).toBe(1)
    const smoke = tableRows(output).filter(({ stage }) => stage === "smoke")
    expect(smoke.map(({ service, result }) => ({ name: service, result }))).toEqual(
      SERVICES.map(({ name, result }) => ({ name, result })),
    )
    expect(output).toMatch(/root smoke: runs as root \(python[\d.]*\): add "USER 10001"/)
    expect(output).toContain("raising smoke: logged an error it did not handle: Traceback (most")
    expect(output).toMatch(/service raising.* printed last:\n(.*\n)*? +ZeroDivisionError/)
    expect(output).toContain("deaf smoke: did not end within 1 s of SIGTERM")
    const debug = await repository.shell(
      "dagger call debug --service=deaf --step=smoke --rerun stdout",
    )
    expect(debug.exitCode).not.toBe(0)
    expect(debug.output).toContain("did not end within 1 s of SIGTERM")

    const loads = tableRows(output).filter(({ stage }) => stage === "load")
    expect(loads.map(({ service, result }) => `${service} ${result}`)).toEqual([
      "quick ok",
      "slow FAILED",
    ])
    expect(output).toMatch(/quick +load .* p95 [\d.]+ ms, .* 0 of 40 failed/)
    expect(output).toMatch(/slow load: p95 is [\d.]+ ms, more than load.p95 \(0.001 ms\)/)
  })
})
