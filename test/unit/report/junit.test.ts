import fc from "fast-check"
import { SaxesParser } from "saxes"
import { describe, expect, it } from "vitest"
import { escapeXml, junitFiles } from "../../../ci/report/src/junit.js"
import type { TestCase } from "../../../ci/src/run/test-report.js"
import { failed, passed } from "../run/rows.js"
import { fullRecord } from "./records.js"

interface Element {
  name: string
  attributes: Record<string, string>
}

/** Reads XML strictly: anything that is not well-formed is an error. */
function parseXml(xml: string): { elements: Element[]; text: string } {
  const elements: Element[] = []
  let text = ""
  const parser = new SaxesParser()
  parser.on("opentag", ({ name, attributes }) => elements.push({ name, attributes }))
  parser.on("text", (part) => (text += part))
  parser.on("error", (error) => {
    throw error
  })
  parser.write(xml).close()
  return { elements, text }
}

function testCase(name: string, rest: Partial<TestCase> = {}): TestCase {
  return { name, suite: "tests", status: "passed", seconds: 0.5, message: "", ...rest }
}

function only(record: Parameters<typeof junitFiles>[0]): ReturnType<typeof parseXml> {
  const [xml = ""] = junitFiles(record).values()
  return parseXml(xml)
}

describe("junitFiles", () => {
  it("writes tests by name as a suite, and the other stages as another", () => {
    const { elements, text } = only(
      fullRecord({
        rows: [passed("api", "preflight"), failed("api", "test"), failed("api", "build")],
        tests: [
          {
            service: "api",
            stage: "test",
            cases: [
              testCase("a"),
              testCase("b", { status: "failed", message: "1 is not 2", details: "b.py:7: Error" }),
            ],
          },
        ],
      }),
    )
    expect(text).toContain("b.py:7: Error")
    expect(
      elements.filter(({ name }) => name === "testsuite").map((one) => one.attributes),
    ).toEqual([
      expect.objectContaining({ name: "api test", tests: "2", failures: "1", errors: "0" }),
      expect.objectContaining({ name: "api", tests: "2", failures: "1", errors: "0" }),
    ])
    expect(
      elements.filter(({ name }) => name === "testcase").map((one) => one.attributes.name),
    ).toEqual(["a", "b", "preflight", "build"])
    expect(elements.find(({ name }) => name === "failure")?.attributes.message).toBe("1 is not 2")
  })

  it("shows a stage that failed although none of its tests did", () => {
    const { elements } = only(
      fullRecord({
        rows: [failed("api", "test", { reason: "coverage 60 % is below 80 %" })],
        tests: [{ service: "api", stage: "test", cases: [testCase("a")] }],
      }),
    )
    expect(elements.find(({ name }) => name === "failure")?.attributes.message).toBe(
      "coverage 60 % is below 80 %",
    )
  })

  it("tells a stage that could not run from one that failed", () => {
    const rows = [failed("api", "build", { status: "error", reason: "no space left" })]
    expect(only(fullRecord({ rows })).elements.map(({ name }) => name)).toContain("error")
  })

  it.each([
    ["../../etc/passwd", "__.._etc_passwd.xml"],
    ["api/web", "api_web.xml"],
    ["Ünï", "_n_.xml"],
  ])("writes a service %j into the file %s", (name, file) => {
    expect([...junitFiles(fullRecord({ rows: [passed(name, "build")] })).keys()]).toEqual([file])
  })

  it("gives two services two files, however alike their names", () => {
    const rows = [passed("a/b", "build"), passed("a:b", "build")]
    expect(junitFiles(fullRecord({ rows })).size).toBe(2)
  })

  it("cuts a message of 100 MB, and says so", () => {
    const cases = [testCase("a", { status: "failed", message: "x".repeat(100_000_000) })]
    const [xml = ""] = junitFiles(
      fullRecord({
        rows: [failed("api", "test")],
        tests: [{ service: "api", stage: "test", cases }],
      }),
    ).values()
    expect(xml.length).toBeLessThan(100_000)
    expect(xml).toContain("cut: 100000000 characters in all")
  })

  it("is XML, whatever tests are called and say", () => {
    const anything = fc.string({ unit: "binary", maxLength: 40 })
    fc.assert(
      fc.property(anything, anything, anything, (name, suite, message) => {
        const cases = [testCase(name, { suite, status: "failed", message })]
        const { elements } = only(
          fullRecord({
            rows: [failed(`s${name}`, "test", { reason: message, tail: [suite, message] })],
            tests: [{ service: `s${name}`, stage: "test", cases }],
          }),
        )
        expect(elements.filter((one) => one.name === "testcase")).toHaveLength(1)
      }),
    )
  })
})

describe("escapeXml", () => {
  it.each([
    ["]]>", "]]>"],
    ["a\tb\nc", "a\tb\nc"],
    ["\u0000\u001b[31m\ufffe", "\ufffd\ufffd[31m\ufffd"],
    ["half \ud800 of one", "half \ufffd of one"],
    ["<a b='c'> & \"d\"", "<a b='c'> & \"d\""],
  ])("%j comes back as %j, from an attribute and from text", (text, back) => {
    const { elements, text: inside } = parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`)
    expect(elements[0]?.attributes.b).toBe(back)
    expect(inside).toBe(back)
  })

  it("brings back every text that XML can hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(parseXml(`<a b="${escapeXml(text)}"/>`).elements[0]?.attributes.b).toBe(text)
      }),
    )
  })
})
