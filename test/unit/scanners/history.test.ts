import { describe, expect, it } from "vitest"
import { gitleaksHistory, interpret } from "../../../ci/src/scanners/index.js"
import { recorded } from "./recorded.js"

const JOB = { files: ["git's history"], commits: 3 }
const COMMIT = "0123456789abcdef0123456789abcdef01234567"

/** What gitleaks leaves behind of a history, with a log of its own. */
function output(log: string) {
  const found = recorded("gitleaks", "findings")
  const report = (found.files["gitleaks.json"] ?? "").replace(
    '"Commit": ""',
    `"Commit": "${COMMIT}"`,
  )
  return { ...found, files: { "gitleaks.json": report, "gitleaks.log": log } }
}

describe("gitleaks on git's history", () => {
  it("says in which commit a secret was added", () => {
    const report = interpret(gitleaksHistory, output("1:00PM INF 3 commits scanned.\n"), JOB)
    expect(report).toMatchObject({ status: "complete", coverage: { commits: 3 } })
    expect(report.findings[0]?.place).toMatchObject({
      file: "services/api/config.py",
      line: 1,
      commit: COMMIT,
    })
  })

  it.each(["1:00PM INF 0 commits scanned.\n", "1:00PM INF scanned ~9 bytes\n", "\n"])(
    "is incomplete when it looked at no commit: %j",
    (log) => {
      const report = interpret(gitleaksHistory, output(log), JOB)
      expect(report.status).toBe("incomplete")
      expect(report.problems.join()).toMatch(/none of 3 commits|empty report/)
    },
  )

  it("asks git for nothing but what was read before", () => {
    const [git] = Object.values(gitleaksHistory.programs ?? {})
    expect(git).toContain("cat /scan/history.patch")
    expect(gitleaksHistory.command(JOB)).toContain("gitleaks git . --platform none --redact")
  })
})
