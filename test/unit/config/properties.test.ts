import fc from "fast-check"
import { describe, expect, it } from "vitest"

import type { ConfigResult } from "../../../ci/src/config/index.js"
import { formatIssues } from "../../../ci/src/config/index.js"
import { configOf, parse, parseText } from "./builders.js"

/** Any value, often under keys and in shapes that the files really have. */
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(
      "api",
      "b",
      "redis",
      "services/api",
      "/x",
      "../x",
      "**",
      "!x",
      "python",
      "{host}",
    ),
    fc.jsonValue(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom("services", "libraries", "name", "path", "language", "test_command"),
        fc.constantFrom("depends_on", "needs", "env", "health", "port", "build", "test", "inputs"),
        fc.constantFrom("changes", "images", "backing_services", "variables", "provides", "args"),
        fc.constantFrom("__proto__", "constructor", "toString", "languge"),
        fc.string(),
      ),
      tie("value"),
      { maxKeys: 8 },
    ),
  ),
}))

function expectSound(
  { config, issues, warnings }: ConfigResult,
  texts: Record<string, string>,
): void {
  expect(config === undefined).toBe(issues.length > 0)
  expect(formatIssues(issues) === "").toBe(issues.length === 0)
  for (const { file, line, column } of [...issues, ...warnings]) {
    const rows = (texts[file] ?? "").split("\n")
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(rows.length)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(column).toBeLessThanOrEqual((rows[line - 1] ?? "").length + 1)
  }
}

// A busy machine is slow, not wrong.
describe("parseConfig", { timeout: 120_000 }, () => {
  it("never throws and points inside the file, whatever the values are", () => {
    fc.assert(
      fc.property(anything, anything, (services, pipeline) => {
        const texts = {
          "services.json": JSON.stringify(services, null, 1),
          "pipeline.yaml": JSON.stringify(pipeline, null, 1),
        }
        const result = parseText(texts["services.json"], texts["pipeline.yaml"])
        expectSound(result, texts)
      }),
      { numRuns: 200 },
    )
  })

  it("never throws and points inside the file, whatever the text is", () => {
    const piece = fc.constantFrom(..."[]{}:,\"'&*!|>-#%@`\\\n\t ab1?", "<<", "---\n", "\r\n", "- ")
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(piece).map((pieces) => pieces.join("")),
    )
    fc.assert(
      fc.property(text, text, (services, pipeline) => {
        const texts = { "services.json": services, "pipeline.yaml": pipeline }
        expectSound(parseText(services, pipeline), texts)
      }),
      { numRuns: 300 },
    )
  })

  it("gives a configuration whose paths and globs stay the same when read again", () => {
    const part = fc.constantFrom("a", "b", "c.d")
    const path = fc
      .tuple(fc.constantFrom("", "./"), fc.array(part, { minLength: 1 }), fc.constantFrom("", "/"))
      .map(([start, parts, end]) => start + parts.join("/") + end)
    fc.assert(
      fc.property(path, path, fc.array(path), (folder, dockerfile, globs) => {
        fc.pre(!dockerfile.endsWith("/"))
        const entry = { name: "x", language: "go", test_command: "go test ./..." }
        const first = configOf([{ ...entry, path: folder, dockerfile, inputs: globs }]).services[0]
        const again = {
          path: first?.path,
          dockerfile: `/${first?.dockerfile}`,
          inputs: first?.inputs,
        }
        expect(configOf([{ ...entry, ...again }]).services[0]).toEqual(first)
      }),
    )
  })

  it("gives the same configuration for the same meaning, however it is written", () => {
    const services = [{ name: "x", path: "x", language: "go", test_command: "go test ./..." }]
    const { origins: _, ...indented } = configOf(services)
    const { origins: __, ...dense } = parseText(JSON.stringify(services)).config ?? configOf([])
    expect(dense).toEqual(indented)
    expect(parse({ services }).config?.services).toEqual(indented.services)
  })
})
