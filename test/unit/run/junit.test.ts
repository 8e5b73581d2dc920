import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseJUnit } from "../../../ci/src/run/junit.js"
import { failedNames } from "../../../ci/src/run/test-report.js"
import { counts } from "./rows.js"

describe("parseJUnit", () => {
  it("reads the cases of pytest's file, not its sums", () => {
    const xml = `<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="3">
      <testcase classname="tests.test_a" name="test_ok" time="0.001" />
      <testcase classname="tests.test_a" name="test_&lt;odd&gt; &quot;name&quot;" time="0.1"><failure message="a &gt; b&#10;more">trace</failure></testcase>
      <testcase classname="tests.test_a" name="test_later"><skipped type="pytest.skip" message="not now"/></testcase>
    </testsuite></testsuites>`
    expect(parseJUnit(xml)).toEqual({
      counts: counts(3, 1, 1, 1),
      isExact: true,
      cases: [
        { name: "test_ok", suite: "tests.test_a", status: "passed", seconds: 0.001, message: "" },
        {
          name: 'test_<odd> "name"',
          suite: "tests.test_a",
          status: "failed",
          seconds: 0.1,
          message: "a > b",
          details: "trace",
        },
        {
          name: "test_later",
          suite: "tests.test_a",
          status: "skipped",
          seconds: null,
          message: "",
        },
      ],
    })
  })

  it("keeps what went wrong and where, as text", () => {
    const xml = `<testsuite><testcase name="t" file="tests/test_a.py" line="7"><failure message="m">a &lt; b
<![CDATA[if (a < b && c) {}]]></failure></testcase></testsuite>`
    expect(parseJUnit(xml)?.cases).toEqual([
      expect.objectContaining({
        details: "a < b\nif (a < b && c) {}",
        file: "tests/test_a.py",
        line: 7,
      }),
    ])
  })

  it("counts an error in a test's set-up as a failure", () => {
    const xml = `<testsuite><testcase name="test_a"><error message="no database"/></testcase></testsuite>`
    expect(parseJUnit(xml)?.counts).toEqual(counts(1, 0, 1, 0))
  })

  it("knows an empty run from no report", () => {
    expect(
      parseJUnit(`<testsuites><testsuite name="pytest" tests="0"/></testsuites>`)?.counts.total,
    ).toBe(0)
    expect(parseJUnit("")).toBeUndefined()
    expect(parseJUnit("<html/>")).toBeUndefined()
  })

  it("keeps a test whose attributes hold a bracket", () => {
    const xml = `<testsuite><testcase name="a > b" classname="x"/><testcase name="c"/></testsuite>`
    expect(parseJUnit(xml)?.counts.total).toBe(2)
  })

  it("names a test that failed in two places once", () => {
    const failed = `<testcase name="t"><failure message="x"/></testcase>`
    const report = parseJUnit(`<testsuite>${failed}${failed}</testsuite>`)
    expect(report && failedNames(report)).toEqual(["t"])
  })

  it("reads back every name, whatever is in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        const xml = `<testsuite><testcase name="${escape(name)}" time="1"/></testsuite>`
        expect(parseJUnit(xml)?.cases.map((one) => one.name)).toEqual([name])
      }),
    )
  })

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseJUnit(`<testsuite>${text}`)))
  })
})

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\t", "&#x9;")
}
