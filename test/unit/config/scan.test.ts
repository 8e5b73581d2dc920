import { describe, expect, it } from "vitest"

import { configOf, lines, parse, service } from "./builders.js"

const ENTRY = "reason: known, owner: me, expires: 2027-01-31"

describe("scan in pipeline.yaml", () => {
  it("is normalised", () => {
    const yaml = `
scan:
  tools: [bandit, bandit, trivy]
  fail_on: critical
  licences: { deny: [AGPL-3.0-only] }
  offline: true
  baseline: ./security/baseline.json
  suppressions:
    - { id: " CVE-2024-1 ", path: services/api/, ${ENTRY} }
`
    expect(configOf([service()], yaml).scan).toEqual({
      inCi: true,
      tools: ["bandit", "trivy"],
      ignore: [],
      failOn: "critical",
      unknownSeverity: "medium",
      licences: { allow: [], deny: ["AGPL-3.0-only"] },
      maxDatabaseAge: 7,
      timeout: 900,
      offline: true,
      inlineSuppressions: "allow",
      maxSuppressionDays: 180,
      suppressions: [
        {
          id: "CVE-2024-1",
          path: "services/api/**",
          reason: "known",
          owner: "me",
          expires: "2027-01-31",
        },
      ],
      baseline: "security/baseline.json",
      vex: [],
      sarif: [],
    })
  })

  it.each([
    ["fail_on: hihg", 'scan.fail_on: "hihg"'],
    ["tools: [bandid]", 'scan.tools[0]: "bandid"'],
    [
      "licences: { deny: ['GPL v3'] }",
      'scan.licences.deny[0]: "GPL v3" must be an SPDX identifier',
    ],
    ["osv_url: 'http://me:pw@host/'", "scan.osv_url:"],
    ["max_database_age: 0", "scan.max_database_age: 0 must be at least 1"],
    ["suppressions: [{ id: B1, owner: me, expires: 2027-01-31 }]", "scan.suppressions[0].reason:"],
    [`suppressions: [{ id: B1, ${ENTRY.replace("31", "32")} }]`, "scan.suppressions[0].expires:"],
    [
      `suppressions: [{ id: B1, ${ENTRY.replace("known", "' '")} }]`,
      "scan.suppressions[0].reason:",
    ],
    [
      `suppressions: [{ id: B1, ${ENTRY} }, { id: B1, ${ENTRY} }]`,
      "scan.suppressions[1]: suppresses the same findings as scan.suppressions[0]",
    ],
  ])("refuses %s", (text, expected) => {
    const { issues } = parse([service()], `scan: { ${text} }\n`)
    expect(lines(issues)).toEqual([expect.stringContaining(expected)])
  })

  it("allows one id for two paths", () => {
    const yaml = `scan: { suppressions: [{ id: B1, path: a/**, ${ENTRY} }, { id: B1, path: b/**, ${ENTRY} }] }`
    expect(parse([service()], yaml).issues).toEqual([])
  })
})

describe("scan of a service", () => {
  it("can differ from the repository's", () => {
    const scan = { fail_on: "never", skip: [{ tool: "bandit", reason: "generated code" }] }
    expect(configOf([service({ scan })]).services[0]?.scan).toEqual({
      failOn: "never",
      skip: [{ tool: "bandit", reason: "generated code" }],
    })
  })

  it("needs a reason to leave a tool out", () => {
    expect(lines(parse([service({ scan: { skip: [{ tool: "bandit" }] } })]).issues)).toEqual([
      expect.stringContaining("[0].scan.skip[0].reason"),
    ])
  })
})
