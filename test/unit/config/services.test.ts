import { describe, expect, it } from "vitest"

import { configOf, lines, parse, parseText, service } from "./builders.js"

describe("a service", () => {
  it("has every default filled in", () => {
    const [api] = configOf({ services: [service()] }).services
    expect(api).toEqual({
      name: "api",
      path: "services/api",
      language: "python",
      testCommand: "pytest tests",
      dependsOn: [],
      inputs: [],
      ignore: [],
      needs: [],
      build: { context: "service", args: {}, secrets: [], platforms: [] },
      generated: [],
      test: { timeout: 900, retries: 0, shards: 1, allowNoTests: false, env: {} },
      scan: { skip: [] },
      deploy: { transactions: [], environments: {} },
      always: false,
    })
  })

  it("is normalised", () => {
    const entry = service({
      path: "./services/api/",
      dockerfile: "Dockerfile.nats",
      language_version: "3.11",
      depends_on: ["common", "common"],
      inputs: ["./proto/", "proto/**"],
      health: { port: 8080 },
      build: { context: "/", target: "runtime", args: { A: "1" }, platforms: ["linux/arm64"] },
      generated: [{ files: ["./a.json", "/libs/b/", "a.json"], command: " make a " }],
      test: { memory: "1g", allow_no_tests: true },
    })
    const { services } = configOf({
      services: [entry],
      libraries: [{ name: "common", path: "libs/common/" }],
    })
    expect(services[0]).toMatchObject({
      path: "services/api",
      dockerfile: "services/api/Dockerfile.nats",
      languageVersion: "3.11",
      dependsOn: ["common"],
      inputs: ["proto/**"],
      health: {
        ...{ kind: "http", port: 8080, path: "/health" },
        ...{ timeout: 30, grace: 10, allowRoot: false },
      },
      build: { context: "repository", target: "runtime" },
      generated: [{ files: ["services/api/a.json", "libs/b"], command: "make a" }],
      test: { memory: 1024, allowNoTests: true },
    })
  })

  it("can be the whole repository", () => {
    const [api] = configOf([service({ path: ".", dockerfile: "Dockerfile" })]).services
    expect(api).toMatchObject({ path: ".", dockerfile: "Dockerfile" })
  })

  it("gets what a backing service provides, or its own variables", () => {
    const needs = ["redis", { name: "postgres", env: { DB: "{host}/{database}" } }]
    const [api] = configOf([service({ needs })]).services
    expect(api?.needs).toEqual([
      { name: "redis", env: { REDIS_URL: "redis://{host}:{port}/0" } },
      { name: "postgres", env: { DB: "{host}/{database}" } },
    ])
  })

  it("can be checked by a command", () => {
    const [api] = configOf([service({ health: { command: "./check", timeout: 5 } })]).services
    expect(api?.health).toMatchObject({ kind: "command", command: "./check", timeout: 5 })
  })

  it.each<[Record<string, unknown>, string]>([
    [{ name: "Api" }, '.name: "Api" must begin with a small letter or a digit'],
    [{ name: "-api" }, '.name: "-api" must begin with a small letter or a digit'],
    [{ name: 5 }, ".name: must be a string, not a number"],
    [{ path: "/srv" }, '.path: "/srv" must not be absolute'],
    [{ path: "../x" }, '.path: "../x" must not contain ".."'],
    [{ path: "a\0b" }, '.path: "a\\u0000b" contains a line break'],
    [{ dockerfile: "x/" }, '.dockerfile: "x/" must be a file, not a folder'],
    [{ language: "pyhton" }, '.language: "pyhton" must be one of "python", "node", "go"'],
    [{ language: undefined }, ".language: is missing"],
    [{ language_version: 3.11 }, ".language_version: must be a string, not a number"],
    [{ test_command: " " }, '.test_command: " " must not be empty'],
    [{ depends_on: "x" }, ".depends_on: must be a list, not a string"],
    [{ depends_on: ["api"] }, '.depends_on[0]: "api" depends on itself'],
    [{ depends_on: ["redis"] }, '.depends_on[0]: there is no service or library "redis"'],
    [{ inputs: [""] }, '.inputs[0]: "" must not be empty'],
    [{ inputs: ["/x"] }, '.inputs[0]: "/x" must not begin with a slash'],
    [{ ignore: ["!x"] }, ".ignore: only has exclusions"],
    [{ needs: ["postgress"] }, '.needs[0]: there is no backing service "postgress"'],
    [{ needs: ["redis", "redis"] }, '.needs[1]: "redis" is there twice'],
    [{ needs: [5] }, ".needs[0]: must be a string or an object, not a number"],
    [{ needs: [{ name: "redis", env: { A: "{hots}" } }] }, ".needs[0].env.A: there is no value"],
    [{ needs: [{ name: "redis", evn: {} }] }, ".needs[0].evn: unknown key"],
    [{ health: {} }, '.health: must have either a "port"'],
    [{ health: { port: 1, command: "x" } }, '.health: must have either a "port"'],
    [{ health: { command: "x", path: "/" } }, '.health: must have either a "port"'],
    [{ health: { command: "x", protocol: "tcp" } }, '.health: must have either a "port"'],
    [{ health: { port: 1, protocol: "tcp", path: "/" } }, '.health: has a "path", which only'],
    [{ health: { port: 1, protocol: "udp" } }, ".health.protocol: "],
    [{ build: { args: { PIP_TOKEN: "x" } } }, ".build.args: PIP_TOKEN looks like a secret"],
    [{ build: { secrets: ["a b"] } }, ".build.secrets[0]: "],
    [{ build: { max_size: "big" } }, '.build.max_size: "big" is not an amount of memory'],
    [{ health: { port: 70_000 } }, ".health.port: 70000 must be at most 65535"],
    [{ health: { prt: 80 } }, ".health.prt: unknown key"],
    [{ health: null }, ".health: must be an object, not null"],
    [{ build: { context: "./" } }, '.build.context: "./" must be one of ".", "/"'],
    [{ build: { args: { "1A": "" } } }, '.build.args["1A"]: "1A" is not a name'],
    [{ build: { args: { A: 1 } } }, ".build.args.A: must be a string, not a number"],
    [{ build: { platforms: ["arm64"] } }, '.build.platforms[0]: "arm64" must be a platform'],
    [{ test: { retries: 6 } }, ".test.retries: 6 must be at most 5"],
    [{ test: { shards: 1.5 } }, ".test.shards: 1.5 must be a whole number"],
    [{ test: { timeout: 0 } }, ".test.timeout: 0 must be at least 1"],
    [{ test: { memory: "lots" } }, '.test.memory: "lots" is not an amount of memory'],
    [{ scan: [] }, ".scan: must be an object, not a list"],
    [{ always: "yes" }, ".always: must be true or false, not a string"],
  ])("is refused with %j", (changes, start) => {
    const { config, issues } = parse({ services: [service(changes)] })
    expect(config).toBeUndefined()
    expect(lines(issues)).toEqual([expect.stringContaining(`services[0]${start}`)])
  })
})

describe("services.json", () => {
  it.each([
    ["", "the file is empty"],
    [" \r\n", "the file is empty"],
    ["null", "must be an object, not null"],
    ["5", "must be an object, not a number"],
    ["{}", "services: is missing"],
    ['{"services": {}}', "services: must be a list, not an object"],
    ['{"services": [], "__proto__": 1}', "__proto__: unknown key"],
    ['{"services": [], "services": []}', 'the key "services" is there twice in the same object'],
  ])("that is %j is refused", (text, message) => {
    expect(lines(parseText(text).issues)).toEqual([message])
  })

  it("without services is a warning", () => {
    const { config, issues, warnings } = parse([])
    expect(config?.services).toEqual([])
    expect(issues).toEqual([])
    expect(lines(warnings)).toEqual(["services: there is no service, so nothing will run"])
  })

  it("can be the bare list, with places and paths like any other", () => {
    const { issues } = parseText('[\n  {"name": "api", "pth": 1}\n]')
    expect(issues.find(({ message }) => message === "unknown key")).toMatchObject({
      line: 2,
      column: 19,
      path: "services[0].pth",
    })
  })

  it("can have a byte order mark, a schema and Windows line ends", () => {
    const text = JSON.stringify({ $schema: "./x.json", services: [service()] }, null, 2)
    const { config } = parseText(`\ufeff${text.replaceAll("\n", "\r\n")}`)
    expect(config?.origins["services[0].path"]).toEqual({
      file: "services.json",
      line: 6,
      column: 15,
    })
  })

  it("shares names between services and libraries, and refuses a folder with two owners", () => {
    const { issues } = parse({
      services: [service(), service({ path: "services/other" })],
      libraries: [{ name: "lib", path: "./services/api/" }],
    })
    expect(lines(issues)).toEqual([
      'services[1].name: the name "api" is taken by services[0]',
      'libraries[0].path: the path "services/api" is taken by api',
    ])
  })

  it("can have services inside each other and dependencies in a circle", () => {
    const { issues } = parse([
      service({ name: "a", path: "services", depends_on: ["b"] }),
      service({ name: "b", depends_on: ["a"] }),
    ])
    expect(issues).toEqual([])
  })

  it("reports every problem at once, also behind a misspelt key", () => {
    const { issues } = parse([
      service({ name: "a", languge: "go", language: undefined }),
      service({ name: "b", depends_on: ["aa", "postgres"], needs: ["a"] }),
    ])
    expect(issues.map(({ path, suggestion }) => [path, suggestion])).toEqual([
      ["services[0].languge", 'did you mean "language"?'],
      ["services[1].depends_on[0]", 'did you mean "a"?'],
      ["services[1].depends_on[1]", '"postgres" is a backing service: put it in "needs"'],
      ["services[1].needs[0]", '"a" is a service of this repository: put it in "depends_on"'],
    ])
  })

  it("says what a missing key is for", () => {
    const [issue] = parse([service({ test_command: undefined })]).issues
    expect(issue?.expected).toBe(
      'shell command that runs the tests, in the service\'s folder; for example "pytest tests"',
    )
  })
})
