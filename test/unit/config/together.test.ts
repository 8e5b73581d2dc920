import { describe, expect, it } from "vitest"
import { checkPaths } from "../../../ci/src/config/index.js"
import { configOf, lines, parse, service } from "./builders.js"

/** What can be started by itself. */
function startable(name: string, changes: Record<string, unknown> = {}) {
  return service({ name, dockerfile: "Dockerfile", health: { port: 8000 }, ...changes })
}

function integration(changes: Record<string, unknown> = {}) {
  return {
    name: "checkout",
    services: ["api", "web"],
    path: "tests/checkout",
    language: "python",
    test_command: "pytest .",
    ...changes,
  }
}

function issuesOf(services: unknown[], entry: Record<string, unknown> = integration()): string[] {
  return lines(parse({ services, integration: [entry] }).issues)
}

const PAIR = [startable("api"), startable("web")]

describe("an integration test", () => {
  it("depends on its services, and is run like a service's tests", () => {
    const [checkout] = configOf({
      services: PAIR,
      libraries: [{ name: "fixtures", path: "libs/fixtures" }],
      integration: [
        integration({
          services: ["web", { name: "api", env: { WEB_URL: "http://web:8000" } }],
          depends_on: ["fixtures"],
          needs: ["nats"],
          test: { timeout: 60 },
        }),
      ],
    }).integration
    expect(checkout).toMatchObject({
      name: "checkout",
      path: "tests/checkout",
      testCommand: "pytest .",
      dependsOn: ["fixtures", "web", "api"],
      services: [
        { name: "web", env: {} },
        { name: "api", env: { WEB_URL: "http://web:8000" } },
      ],
      needs: [{ name: "nats", env: { NATS_URL: "nats://{host}:{port}" } }],
      test: { timeout: 60, retries: 0 },
    })
  })

  it("can share its folder with another, but not its name", () => {
    const both = [integration(), integration({ name: "refund" })]
    expect(parse({ services: PAIR, integration: both }).issues).toEqual([])
    expect(issuesOf(PAIR, integration({ name: "api" }))).toEqual([
      'integration[0].name: the name "api" is taken by services[0]',
    ])
  })

  it.each<[string, unknown[], Record<string, unknown>, string]>([
    [
      "a service that does not exist",
      PAIR,
      { services: ["api", "wbe"] },
      'integration[0].services[1]: there is no service "wbe"',
    ],
    [
      "a service twice",
      PAIR,
      { services: ["api", { name: "api" }] },
      'integration[0].services[1].name: "api" is there twice',
    ],
    [
      "a service without an image",
      [startable("api"), service({ name: "web", health: { port: 8000 } })],
      {},
      'integration[0].services[1]: "web" can\'t be started: it needs a "dockerfile" or a "build.command", and a "health" with a "port"',
    ],
    [
      "a service that does not say when it is ready",
      [startable("api"), startable("web", { health: { command: "true" } })],
      {},
      'integration[0].services[1]: "web" can\'t be started: it needs a "dockerfile" or a "build.command", and a "health" with a "port"',
    ],
    ["no service", PAIR, { services: [] }, "integration[0].services: must not be empty"],
    [
      "a backing service that does not exist",
      PAIR,
      { needs: ["kafka"] },
      'integration[0].needs[0]: there is no backing service "kafka"',
    ],
    [
      "a backing service among what it depends on",
      PAIR,
      { depends_on: ["redis"] },
      'integration[0].depends_on[0]: there is no service or library "redis"',
    ],
    ["a misspelt key", PAIR, { comand: "pytest" }, "integration[0].comand: unknown key"],
  ])("can't have %s", (_, services, changes, message) => {
    expect(issuesOf(services, integration(changes))).toEqual([message])
  })

  it("can't be depended on", () => {
    const services = [startable("api", { depends_on: ["checkout"] }), startable("web")]
    expect(issuesOf(services)).toEqual([
      'services[0].depends_on[0]: there is no service or library "checkout"',
    ])
  })

  it("must have a folder", () => {
    const config = configOf({
      services: [startable("api"), startable("web")],
      integration: [integration()],
    })
    const facts = {
      exists: (path: string) => !path.startsWith("tests"),
      isFile: (path: string) => path.endsWith("Dockerfile"),
    }
    expect(lines(checkPaths(config, facts))).toEqual([
      'integration[0].path: there is no folder "tests/checkout"',
    ])
  })
})

describe("a contract", () => {
  it.each([
    ["openapi.yaml", { kind: "file", path: "services/api/openapi.yaml" }],
    ["./docs/api.json", { kind: "file", path: "services/api/docs/api.json" }],
    ["/openapi.json", { kind: "served", path: "/openapi.json" }],
  ])("%s is read as what it is", (openapi, document) => {
    const { services } = configOf({ services: [startable("api", { contract: { openapi } })] })
    expect(services[0]?.contract).toEqual({ document, cases: 30, exclude: [], timeout: 300 })
  })

  it("can't be outside the service's folder", () => {
    const entry = startable("api", { contract: { openapi: "../web/openapi.yaml" } })
    expect(parse({ services: [entry] }).issues).toMatchObject([
      { path: "services[0].contract.openapi" },
    ])
  })

  it("needs a service that can be started", () => {
    const entry = service({ contract: { openapi: "/openapi.json" } })
    expect(lines(parse({ services: [entry] }).issues)).toEqual([
      'services[0].contract: "api" can\'t be started: it needs a "dockerfile" or a "build.command", and a "health" with a "port"',
    ])
  })

  it("needs a service that speaks HTTP", () => {
    const health = { port: 8000, protocol: "grpc" }
    const entry = startable("api", { health, contract: { openapi: "/openapi.json" } })
    expect(lines(parse({ services: [entry] }).issues)).toEqual([
      'services[0].contract: "api" has a contract, but its "health" says that it does not speak HTTP',
    ])
  })

  it("needs its document, unless the service has it", () => {
    const contract = { openapi: "openapi.yaml" }
    const config = configOf({ services: [startable("api", { contract })] })
    const facts = { exists: () => true, isFile: (path: string) => path.endsWith("Dockerfile") }
    const [issue] = checkPaths(config, facts)
    expect(issue).toMatchObject({
      file: "services.json",
      path: "services[0].contract",
      message: 'there is no OpenAPI document "services/api/openapi.yaml"',
    })
  })
})

describe("a load check", () => {
  it("asks for the health when it says nothing else", () => {
    const health = { port: 8000, path: "/ready" }
    const { services } = configOf({ services: [startable("api", { health, load: { p95: 100 } })] })
    expect(services[0]?.load).toEqual({
      ...{ rate: 50, duration: 10, errors: 0, p95: 100 },
      requests: [{ method: "GET", path: "/ready", headers: {} }],
    })
  })

  it("takes requests in words, and with a body", () => {
    const request = { method: "POST", path: "/x", body: "{}" }
    const load = { requests: ["GET /players/7", request] }
    const { services } = configOf({ services: [startable("api", { load })] })
    expect(services[0]?.load?.requests).toEqual([
      { method: "GET", path: "/players/7", headers: {} },
      { ...request, headers: {} },
    ])
  })

  it("needs a service that speaks HTTP", () => {
    const entry = startable("api", { health: { port: 8000, protocol: "tcp" }, load: {} })
    expect(lines(parse({ services: [entry] }).issues)).toEqual([
      'services[0].load: "api" has a load, but its "health" says that it does not speak HTTP',
    ])
  })
})

describe("the standard image", () => {
  it("can be started like one of a Dockerfile", () => {
    const build = { command: "python -m api" }
    const { services } = configOf({ services: [service({ build, health: { port: 1 }, load: {} })] })
    expect(services[0]?.build.command).toBe("python -m api")
    expect(services[0]?.dockerfile).toBeUndefined()
  })

  it("is no image beside that of a Dockerfile", () => {
    const entry = startable("api", { build: { command: "python -m api" } })
    expect(lines(parse({ services: [entry] }).issues)).toEqual([
      'services[0].build.command: "api" has a "dockerfile" too, which says itself what is run',
    ])
  })
})

describe("the readiness of a backing service", () => {
  it.each<[string, string, unknown]>([
    ["the built-in probe", "{}", { http: { port: 8222, path: "/healthz" }, timeout: 60 }],
    [
      "the built-in probe with more time",
      "{ ready: { timeout: 120 } }",
      { http: { port: 8222, path: "/healthz" }, timeout: 120 },
    ],
    [
      "another probe in its place",
      "{ ready: { command: [nats, ping] } }",
      { command: ["nats", "ping"], timeout: 60 },
    ],
    [
      "an address on its own port",
      "{ ready: { http: { path: /up } } }",
      { http: { port: 4222, path: "/up" }, timeout: 60 },
    ],
  ])("is %s", (_, entry, ready) => {
    const { backingServices } = configOf([], `backing_services:\n  nats: ${entry}\n`)
    expect(backingServices.nats?.ready).toEqual(ready)
  })

  it("has one probe at most", () => {
    const yaml = "backing_services:\n  nats: { ready: { command: [a], http: { path: / } } }\n"
    expect(lines(parse([], yaml).issues)).toEqual([
      'backing_services.nats.ready: must have a "command" or "http", not both',
    ])
  })
})
