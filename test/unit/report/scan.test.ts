import { describe, expect, it } from "vitest"
import { formatScan } from "../../../ci/src/report/scan.js"
import { code, judge, report, scanOf, TODAY } from "../findings/builders.js"

const POLICY = { scan: scanOf(), services: [], today: TODAY }

function text(reports: Parameters<typeof judge>[0], cached: string[] = []): string[] {
  return formatScan(judge(reports), POLICY, cached).split("\n")
}

describe("a scan as text", () => {
  it("has its columns one below the other, however long a name is", () => {
    const lines = text(
      [
        report("bandit", [code("bandit", "B101", "api/run.py:3", { severity: "low" })]),
        report("gitleaks", [], { version: "8.30.1", about: "git's history" }),
        report("CodeQL", [], { version: "2.20.1-nightly" }),
        report("trivy", [], { status: "skipped", problems: ["it has nothing to look at"] }),
      ],
      ["bandit"],
    )
    expect(lines.slice(0, 4)).toEqual([
      "CodeQL                    2.20.1-nightly  complete  0 findings",
      "bandit                    1.2.3           complete  1 findings  cached",
      "gitleaks (git's history)  8.30.1          complete  0 findings",
      "trivy                     1.2.3           skipped: it has nothing to look at",
    ])
  })
})
