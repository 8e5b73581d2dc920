import fc from "fast-check"
import { describe, expect, it } from "vitest"

import type { SarifContext } from "../../../ci/src/findings/read-sarif.js"
import { LARGEST_SARIF, readSarif } from "../../../ci/src/findings/read-sarif.js"
import { code, judge, report } from "./builders.js"
import { writeSarif } from "../../../ci/src/findings/write-sarif.js"

const FILES = ["services/api/app.py", "services/api/b c.py", "app.py"]

const context: SarifContext = {
  file: "codeql.sarif",
  exists: (path) => FILES.includes(path),
  servicesOf: (path) => (path.startsWith("services/api/") ? ["api"] : []),
  honourSuppressions: true,
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

function result(changes: Record<string, unknown> = {}) {
  return {
    ruleId: "py/sql-injection",
    message: { text: "A query is built from user input" },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: "services/api/app.py" },
          region: { startLine: 3, startColumn: 2, endColumn: 9 },
        },
      },
    ],
    ...changes,
  }
}

function at(uri: string, region: Record<string, unknown> = { startLine: 3 }, base?: string) {
  const artifactLocation = { uri, ...(base && { uriBaseId: base }) }
  return result({ locations: [{ physicalLocation: { artifactLocation, region } }] })
}

function log(results: unknown, run: Record<string, unknown> = {}) {
  const rules = [
    {
      id: "py/sql-injection",
      name: "SqlInjection",
      shortDescription: { text: "SQL injection" },
      properties: { "security-severity": "8.8", tags: ["cwe-89"] },
    },
  ]
  const driver = { name: "CodeQL", semanticVersion: "2.23.0", rules }
  return { version: "2.1.0", runs: [{ tool: { driver }, results, ...run }] }
}

describe("readSarif", () => {
  it("takes a result with its rule", () => {
    const { reports, repairs } = readSarif(bytes(log([result()])), context)
    expect(repairs).toEqual([])
    expect(reports[0]).toMatchObject({ tool: "codeql", version: "2.23.0", status: "complete" })
    expect(reports[0]?.rules).toEqual([
      expect.objectContaining({
        rule: "py/sql-injection",
        summary: "SQL injection",
        tags: ["cwe-89"],
      }),
    ])
    expect(reports[0]?.findings).toEqual([
      {
        category: "code",
        ids: ["codeql:py/sql-injection"],
        detections: [{ tool: "codeql", rule: "py/sql-injection" }],
        severity: "high",
        severitySource: "tool",
        score: 8.8,
        message: "A query is built from user input",
        place: { file: "services/api/app.py", line: 3, column: 2, endColumn: 9 },
        services: ["api"],
        subject: "",
      },
    ])
  })

  it.each([
    ["relative", at("services/api/app.py"), "services/api/app.py"],
    ["with a dot", at("./services/api/app.py"), "services/api/app.py"],
    ["encoded", at("services/api/b%20c.py"), "services/api/b c.py"],
    [
      "of another machine",
      at("file:///home/runner/checkout/services/api/app.py"),
      "services/api/app.py",
    ],
    ["of Windows", at("C:\\build\\services\\api\\app.py"), "services/api/app.py"],
    ["below a base", at("app.py", { startLine: 1 }, "SRC"), "services/api/app.py"],
  ])("finds a file by a path %s", (_, one, file) => {
    const bases = { SRC: { uri: "file:///build/services/api/" } }
    const uris = { originalUriBaseIds: bases }
    const exists = (path: string) => path !== "app.py" && context.exists(path)
    const { reports } = readSarif(bytes(log([one], uris)), { ...context, exists })
    expect(reports[0]?.findings.map(({ place }) => place.file)).toEqual([file])
    expect(reports[0]?.problems).toEqual([])
  })

  it.each([
    [{ startLine: 3, endColumn: 0 }, { line: 3 }],
    [{ startLine: 3, endLine: 2 }, { line: 3 }],
    [{ startLine: 0 }, {}],
    [{ startLine: "3" }, {}],
    [{ startLine: 3, startColumn: -1 }, { line: 3 }],
  ])("mends the region %j", (region, place) => {
    const { reports } = readSarif(bytes(log([at("app.py", region)])), context)
    expect(reports[0]?.findings[0]?.place).toEqual({ file: "app.py", ...place })
  })

  it("keeps one of two rules with one id, and says so", () => {
    const rules = [{ id: "r" }, { id: "r" }]
    const sarif = log([result({ ruleId: "r" })], { tool: { driver: { name: "x", rules } } })
    const { reports, repairs } = readSarif(bytes(sarif), context)
    expect(reports[0]?.rules).toHaveLength(1)
    expect(repairs).toEqual(["codeql.sarif: runs[0]: the rule r is there twice"])
  })

  it.each([
    [
      "a file that isn't here",
      [at("elsewhere.py"), result()],
      /results\[0\]: elsewhere.py is no file/,
    ],
    ["no file", [result({ locations: [] }), result()], /results\[0\] names no file/],
    ["nothing at all", [null, result()], /results\[0\] names no file/],
  ])("names a result with %s, and keeps the others", (_, results, problem) => {
    const { reports } = readSarif(bytes(log(results)), context)
    expect(reports[0]).toMatchObject({
      status: "incomplete",
      problems: [expect.stringMatching(problem)],
    })
    expect(reports[0]?.findings).toHaveLength(1)
  })

  it.each([
    ["no JSON", new TextEncoder().encode('{"runs": [{"tool"'), "codeql.sarif is no complete JSON"],
    ["nothing", new Uint8Array(), "codeql.sarif is no complete JSON"],
    [
      "UTF-16",
      new Uint8Array(Buffer.from("\ufeff" + JSON.stringify(log([result()])), "utf16le")),
      "codeql.sarif is no UTF-8 but UTF-16",
    ],
    [
      "UTF-16 that the engine read as text",
      new TextEncoder().encode("\ufffd\ufffd{\0}\0"),
      "codeql.sarif is no UTF-8 but UTF-16",
    ],
    ["no SARIF", bytes({ results: [] }), "codeql.sarif has no list of runs"],
    ["no run", bytes({ runs: [] }), "codeql.sarif has no run"],
    ["no results", bytes(log(undefined)), "codeql.sarif: runs[0] has no results"],
    [
      "a failed tool",
      bytes(log([], { invocations: [{ executionSuccessful: false }] })),
      "codeql.sarif: runs[0] says that the tool failed",
    ],
    [
      "300 MB",
      { length: 300_000_000 } as Uint8Array,
      "codeql.sarif has 300 MB, and 100 MB can be read",
    ],
  ])("refuses %s", (_, input, problem) => {
    const { reports } = readSarif(input, context)
    expect(reports).toEqual([
      expect.objectContaining({
        status: "incomplete",
        problems: [expect.stringContaining(problem)],
      }),
    ])
    expect(LARGEST_SARIF).toBe(100_000_000)
  })

  it("replaces bytes that are no UTF-8", () => {
    const text = bytes(log([result({ message: { text: "caf@" } })]))
    text[text.indexOf("@".charCodeAt(0))] = 0xe9
    const { reports, repairs } = readSarif(text, context)
    expect(reports[0]?.findings[0]?.message).toBe("caf\ufffd")
    expect(repairs).toEqual(["codeql.sarif: bytes that are no UTF-8 were replaced"])
  })

  it("leaves out what the tool was told to be quiet about, unless policy wants it", () => {
    const quiet = log([result({ suppressions: [{ kind: "inSource" }] })])
    const count = (honourSuppressions: boolean) =>
      readSarif(bytes(quiet), { ...context, honourSuppressions }).reports[0]?.findings.length
    expect([count(true), count(false)]).toEqual([0, 1])
  })

  it("reads what we write", () => {
    const found = judge([report("bandit", [code("bandit", "B602", "services/api/app.py:3")])])
    const [merged] = writeSarif(found, () => undefined)
    const { reports } = readSarif(new TextEncoder().encode(merged?.text), context)
    expect(reports[0]?.findings).toEqual([
      expect.objectContaining({
        detections: [{ tool: "bandit", rule: "B602" }],
        place: { file: "services/api/app.py", line: 3 },
        severity: "high",
      }),
    ])
  })

  it("never throws", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4, key: fc.constantFrom(...KEYS, "0") }), (value) => {
        readSarif(bytes({ runs: [value] }), context)
        readSarif(bytes(value), context)
      }),
    )
  })
})

const KEYS = [
  "runs",
  "tool",
  "driver",
  "rules",
  "results",
  "locations",
  "physicalLocation",
  "region",
]
