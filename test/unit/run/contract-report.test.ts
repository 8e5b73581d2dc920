import { describe, expect, it } from "vitest"
import { contractFailure } from "../../../ci/src/run/contract-report.js"
import type { TestReport } from "../../../ci/src/run/test-report.js"

function report(failures: string[], total: number): TestReport {
  const failed = failures.length
  const counts = { total, failed, passed: total - failed, skipped: 0 }
  const cases = failures.map((name) => ({
    name,
    suite: "",
    status: "failed" as const,
    seconds: null,
    message: "",
  }))
  return { counts, cases, isExact: true }
}

const NOT_FOUND = ["Schema Loading Error", "", "Failed to load schema: 404 Not Found", ""]

describe("contractFailure", () => {
  it.each<[string, number, string[], TestReport | undefined, string]>([
    ["kept", 0, [], report([], 4), ""],
    ["broken once", 1, [], report(["GET /a"], 4), "1 of 4 operations break the contract: GET /a"],
    [
      "broken often",
      1,
      [],
      report(["GET /a", "GET /b", "GET /c", "GET /d", "GET /e"], 9),
      "5 of 9 operations break the contract: GET /a, GET /b, GET /c and 2 more",
    ],
    [
      "not to be read",
      1,
      NOT_FOUND,
      undefined,
      "the contract could not be checked: Schema Loading Error",
    ],
    ["silent", 2, [], undefined, "the contract could not be checked: it printed nothing"],
    ["empty", 0, [], report([], 0), "the OpenAPI document has no operation to check"],
    ["never reported on", 0, [], undefined, "the OpenAPI document has no operation to check"],
  ])("a contract that is %s", (_, exitCode, tail, found, reason) => {
    expect(contractFailure({ exitCode, tail }, found)).toBe(reason)
  })
})
