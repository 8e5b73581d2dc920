import { describe, expect, it } from "vitest"

import { builtInBackingServices } from "../../../ci/src/config/index.js"
import { configOf, lines, parse, service } from "./builders.js"

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`

describe("pipeline.yaml", () => {
  it.each([[undefined], [""], ["# nothing yet\n"], ["changes:\nscan:\n"]])(
    "that says nothing, %j, leaves the defaults",
    (yaml) => {
      expect(configOf([service()], yaml)).toMatchObject({
        changes: { global: [], ignore: [] },
        images: {},
        backingServices: builtInBackingServices(),
        build: {},
        scan: { failOn: "high", suppressions: [] },
        environments: {},
      })
    },
  )

  it("is normalised", () => {
    const config = configOf(
      [service()],
      `
changes: { base: origin/develop, global: [./docker/], ignore: ["**/*.md"] }
images:
  python:3.11-slim: ${DIGEST}
  node:20: { mirror: registry.example.com/node:20 }
jobs: 3
build: { registry: registry.example.com/game, inline: true }
environments: { staging: { cluster: game, region: eu-west-1, gates: { error_rate: 1 } } }
`,
    )
    expect(config).toMatchObject({
      changes: { base: "origin/develop", global: ["docker/**"], ignore: ["**/*.md"] },
      images: {
        "python:3.11-slim": { digest: DIGEST },
        "node:20": { mirror: "registry.example.com/node:20" },
      },
      jobs: 3,
      build: { registry: "registry.example.com/game", inline: true },
      environments: {
        staging: {
          name: "staging",
          cluster: "game",
          region: "eu-west-1",
          networks: [],
          service: "{service}-{environment}",
          alarms: [],
          strategy: "rolling",
          traffic: {},
          watch: 600,
          pause: 900,
          poll: 10,
          gates: {
            errorRate: 1,
            minRequests: 20,
            failures: 2,
            patience: 300,
            inconclusive: "rollback",
          },
          notify: { githubApi: "https://api.github.com" },
          jobs: 2,
        },
      },
      files: { services: "services.json", pipeline: "pipeline.yaml" },
    })
    expect(config.origins["changes.base"]).toMatchObject({ file: "pipeline.yaml", line: 2 })
  })

  it("changes single fields of a built-in backing service", () => {
    const { backingServices } = configOf(
      [service()],
      "backing_services: { postgres: { image: postgres:16, variables: { user: ci } } }",
    )
    const builtIn = builtInBackingServices().postgres
    expect(backingServices.postgres).toEqual({
      ...builtIn,
      image: "postgres:16",
      variables: { user: "ci", password: "test", database: "test" },
    })
  })

  it("adds backing services", () => {
    const yaml = `
backing_services:
  mysql:
    image: mysql:8.4
    port: 3306
    variables: { password: test }
    env: { MYSQL_ROOT_PASSWORD: "{password}" }
    provides: { MYSQL_URL: "mysql://root:{password}@{host}:{port}/" }
`
    const { backingServices, services } = configOf([service({ needs: ["mysql"] })], yaml)
    expect(backingServices.mysql).toMatchObject({
      image: "mysql:8.4",
      args: [],
      ready: { timeout: 60 },
    })
    expect(services[0]?.needs[0]?.env).toEqual({
      MYSQL_URL: "mysql://root:{password}@{host}:{port}/",
    })
  })

  it("can use anchors and merges", () => {
    const yaml =
      "backing_services: { one: &all { image: x, port: 1 }, two: { <<: *all, port: 2 } }\n"
    expect(configOf([service()], yaml).backingServices.two).toMatchObject({ image: "x", port: 2 })
  })

  it.each([
    ["changes: { base: -x }", 'changes.base: "-x" must be one git revision'],
    ["changes: { base: a..b }", 'changes.base: "a..b" must be one git revision'],
    ["changes: { global: docs }", "changes.global: must be a list, not a string"],
    ["changes: { gobal: [] }", "changes.gobal: unknown key"],
    ["images: { 'python:3.11': latest }", 'images["python:3.11"]: "latest" must be "sha256:"'],
    ["images: { go: { digest: 5 } }", "images.go.digest: must be a string, not a number"],
    ["images: { go: {} }", "images.go: must have a digest, a mirror, or both"],
    ["images: { 'a b': x }", 'images["a b"]: "a b" must be an image reference'],
    ["jobs: 0", "jobs: 0 must be at least 1"],
    ["jobs: .inf", "jobs: must be a number, not Infinity"],
    ["build: []", "build: must be an object, not a list"],
    ["build: { registry: 'https://x' }", 'build.registry: "https://x" must be a registry'],
    ["scan: true", "scan: must be an object, not true"],
    ["environments: { staging: 1 }", "environments.staging: must be an object, not a number"],
    ["- changes", "must be an object, not a list"],
    ["change: {}", "change: unknown key"],
    ["backing_services: { __proto__: {} }", "backing_services.__proto__: is no name"],
    [
      "backing_services: { __proto__: { image: x, port: 1 } }",
      "backing_services.__proto__: is no name",
    ],
    ["backing_services: { db: { port: 1 } }", "backing_services.db.image: is missing"],
    ["backing_services: { redis: { port: x } }", "backing_services.redis.port: must be a number"],
    [
      "backing_services: { redis: { args: ['{prot}'] } }",
      "backing_services.redis.args[0]: there is no value for {prot}",
    ],
    [
      "backing_services: { redis: { variables: { host: x } } }",
      'backing_services.redis.variables.host: "host" is not a name for a variable',
    ],
    ["a: [", "Flow sequence in block collection must be"],
    ["jobs: 1\njobs: 2", "Map keys must be unique"],
    ["jobs: !env JOBS", "Unresolved tag: !env"],
    ["a: &a [*a]", "nested too deeply"],
  ])("is refused when it is %j", (yaml, start) => {
    const { config, issues } = parse([service()], yaml)
    expect(config).toBeUndefined()
    expect(lines(issues).join("\n")).toContain(start)
    expect(issues.every(({ file }) => file === "pipeline.yaml")).toBe(true)
  })

  it("that can't be read does not make its backing services unknown", () => {
    const { issues } = parse([service({ needs: ["mysql"] })], "a: [")
    expect(new Set(issues.map(({ file }) => file))).toEqual(new Set(["pipeline.yaml"]))
  })

  it("has its places", () => {
    const { issues } = parse([service()], "changes:\n  global:\n    - ok\n    - ''\njobz: 1\n")
    expect(issues.map(({ line, column }) => [line, column])).toEqual([
      [4, 7],
      [5, 1],
    ])
  })
})
