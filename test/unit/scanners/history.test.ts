import { describe, expect, it } from "vitest"
import { gitleaksHistory } from "../../../ci/src/scanners/index.js"
import { jobOf, lines, recorded, reportOf } from "./recorded.js"

describe("gitleaks on git's history", () => {
  it("says in which commit a secret was added that a later one took away", () => {
    const report = reportOf("gitleaks-history", "findings")
    expect(report).toMatchObject({ status: "complete", problems: [], coverage: { commits: 2 } })
    expect(lines(report)).toEqual(["github-pat critical services/api/config.py:1"])
    expect(report.findings[0]?.place.commit).toMatch(/^[0-9a-f]{40}$/)
  })

  it("finds nothing in a clean history", () => {
    expect(reportOf("gitleaks-history", "clean")).toMatchObject({
      ...{ status: "complete", problems: [], findings: [] },
      coverage: { commits: 1 },
    })
  })

  it.each(["1:00PM INF 0 commits scanned.\n", "1:00PM INF scanned ~9 bytes\n", "\n"])(
    "is incomplete when it looked at no commit: %j",
    (log) => {
      const { files } = recorded("gitleaks-history", "clean")
      const report = reportOf("gitleaks-history", "clean", {
        files: { ...files, "gitleaks.log": log },
      })
      expect(report.status).toBe("incomplete")
      expect(report.problems.join()).toMatch(/none of 1 commits|empty report/)
    },
  )

  it("asks git for nothing but what was read before", () => {
    const [git] = Object.values(gitleaksHistory.programs ?? {})
    expect(git).toContain("cat /scan/history.patch")
    expect(gitleaksHistory.command(jobOf("gitleaks-history", "clean"))).toContain(
      "gitleaks git . --platform none --redact",
    )
  })
})
