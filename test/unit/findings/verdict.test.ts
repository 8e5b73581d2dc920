import { describe, expect, it } from "vitest"

import { code, judge, report, scanOf, vulnerability } from "./builders.js"

const service = (name: string, failOn?: "critical" | "never" | "low") => ({
  name,
  scan: { skip: [], ...(failOn && { failOn }) },
})

describe("the verdict", () => {
  it.each([
    ["no finding", "", [report("bandit", [])], "clean", 0],
    [
      "a mild one",
      "",
      [report("bandit", [code("bandit", "B1", "a.py:1", { severity: "medium" })])],
      "clean",
      0,
    ],
    ["a grave one", "", [report("bandit", [code("bandit", "B1", "a.py:1")])], "violated", 1],
    [
      "a grave one that is only reported",
      "fail_on: never",
      [report("bandit", [code("bandit", "B1", "a.py:1")])],
      "clean",
      0,
    ],
    [
      "one that nobody grades",
      "",
      [report("pip-audit", [vulnerability("pip-audit", ["CVE-1"], "a@1")])],
      "clean",
      0,
    ],
    [
      "one that nobody grades, which counts as high",
      "unknown_severity: high",
      [report("pip-audit", [vulnerability("pip-audit", ["CVE-1"], "a@1")])],
      "violated",
      1,
    ],
    [
      "a tool that crashed",
      "",
      [report("bandit", [], { status: "incomplete", problems: ["crashed"] })],
      "incomplete",
      3,
    ],
    [
      "a tool that was left out on purpose",
      "",
      [report("safety", [], { status: "skipped", problems: ["needs an account"] })],
      "clean",
      0,
    ],
    [
      "an old database",
      "max_database_age: 3",
      [report("trivy", [], { databases: [{ name: "db", updated: "2026-11-19T00:00:00Z" }] })],
      "incomplete",
      3,
    ],
    [
      "a database of unknown age",
      "",
      [report("trivy", [], { databases: [{ name: "db", updated: "soon" }] })],
      "incomplete",
      3,
    ],
    [
      "a young database",
      "max_database_age: 3",
      [report("trivy", [], { databases: [{ name: "db", updated: "2026-11-21T00:00:00Z" }] })],
      "clean",
      0,
    ],
    [
      "a suppression that lasts too long",
      "suppressions: [{ id: B1, reason: r, owner: o, expires: 2027-11-23 }]",
      [report("bandit", [])],
      "misconfigured",
      2,
    ],
  ])("for %s", (_, yaml, reports, outcome, exitCode) => {
    expect(judge(reports, { scan: scanOf(yaml) }).verdict).toMatchObject({ outcome, exitCode })
  })

  it("keeps what was found beside what was not looked at", () => {
    const { verdict } = judge([
      report("bandit", [code("bandit", "B1", "a.py:1")]),
      report("semgrep", [], { status: "incomplete", problems: ["took longer than 600 s"] }),
    ])
    expect(verdict).toEqual({
      outcome: "violated",
      exitCode: 1,
      violations: 1,
      incomplete: ["semgrep: took longer than 600 s"],
      errors: [],
    })
  })

  it.each([
    ["its own limit", [service("api", "critical")], 0],
    ["the repository's", [service("api")], 1],
    ["the strictest of two", [service("api", "never"), service("chat", "low")], 1],
  ])("judges a service by %s", (_, services, exitCode) => {
    const finding = code("bandit", "B1", "a.py:1", { services: services.map(({ name }) => name) })
    expect(judge([report("bandit", [finding])], { services }).verdict.exitCode).toBe(exitCode)
  })
})
