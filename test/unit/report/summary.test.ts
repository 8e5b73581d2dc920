import { describe, expect, it } from "vitest"
import { formatSummary } from "../../../ci/report/src/summary.js"
import { counts, failed, passed } from "../run/rows.js"
import { fullRecord } from "./records.js"

const ONE_MEBIBYTE = 1024 * 1024

describe("formatSummary", () => {
  it("says what failed before it shows the table, with the command that reproduces it", () => {
    const reproduce = "dagger call debug --service=api --step=test terminal"
    const text = formatSummary(
      fullRecord({
        exitCode: 1,
        rows: [
          { ...passed("api", "preflight"), seconds: 2, cached: true },
          failed("api", "test", { reproduce, counts: counts(3, 2, 1, 0), tail: ["E  1 is not 2"] }),
        ],
      }),
    )
    expect(text).toMatch(/^## ❌ FAILED: ci\n/)
    expect(text.indexOf("E  1 is not 2")).toBeLessThan(text.indexOf("| Service |"))
    expect(text).toContain(`Reproduce: \`${reproduce}\``)
    expect(text).toContain("| api | ✅ 2.0 s cached | ❌ 0.0 s | 2 of 3 |")
  })

  it.each([[[failed("api", "test"), failed("web", "test")]], [[passed("api", "test")]]])(
    "has an empty line before every heading and table, without which they would be text",
    (rows) => {
      const record = fullRecord({ rows, selection: ["Running 1 of 8 services, as named"] })
      const lines = formatSummary(record).split("\n")
      for (const [index, line] of lines.entries())
        if (line.startsWith("#") || line.startsWith("| Service"))
          expect(lines[index - 1] ?? "").toBe("")
    },
  )

  it("sums up a run with nothing to do", () => {
    expect(formatSummary(fullRecord({ unchanged: ["api", "web"] }))).toContain(
      "2 unchanged: api, web",
    )
  })

  it("does not call unchanged what was left out by name", () => {
    const text = formatSummary(fullRecord({ unchanged: ["api"], notSelected: ["chat", "web"] }))
    expect(text).toContain("\n1 unchanged: api\n\n2 not selected: chat, web\n")
  })

  it("says what is not known", () => {
    const text = formatSummary(fullRecord({ exitCode: 3, incomplete: "the engine was lost" }))
    expect(text).toContain("**Not everything is known:** the engine was lost")
  })

  it.each([
    ["a | b", "a &#124; b"],
    ["<script>", "&lt;script>"],
    ["@everyone #1", "&#64;everyone &#35;1"],
    ["**bold**", "&#42;&#42;bold&#42;&#42;"],
  ])("shows %j as it is", (reason, shown) => {
    const rows = [failed("api", "build", { reason })]
    expect(formatSummary(fullRecord({ rows }))).toContain(`build: ${shown}\n`)
  })

  it("keeps output that holds fences in one block", () => {
    const rows = [failed("api", "build", { tail: ["````", "# not a heading"] })]
    expect(formatSummary(fullRecord({ rows }))).toContain(
      "`````text\n````\n# not a heading\n`````\n",
    )
  })

  it("stays below GitHub's limit, and says what was cut", () => {
    const rows = Array.from({ length: 20_000 }, (_, index) =>
      failed(`service-${index}-${"x".repeat(60)}`, "test", { tail: ["y".repeat(300)] }),
    )
    const text = formatSummary(fullRecord({ rows }))
    expect(Buffer.byteLength(text)).toBeLessThan(ONE_MEBIBYTE)
    expect(text).toMatch(/Cut here: \d+ more parts/)
  })
})
