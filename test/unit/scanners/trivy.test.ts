import { describe, expect, it } from "vitest"

import { interpret, SCANNERS, trivyImage } from "../../../ci/src/scanners/index.js"
import { judge, scanOf } from "../findings/builders.js"

const { trivy } = SCANNERS
const FILES = ["services/api/requirements.txt"]
const WITH_DATABASE = { files: FILES, database: "registry.internal/trivy-db:2" }

/** What trivy leaves behind of a package with a vulnerability, looked up in a database of a day. */
function output(updated: string) {
  const report = {
    SchemaVersion: 2,
    Results: [
      {
        Target: FILES[0],
        Packages: [{ Name: "requests", Version: "2.31.0", Licenses: ["Apache-2.0"] }],
        Vulnerabilities: [
          {
            VulnerabilityID: "CVE-2024-35195",
            VendorIDs: ["GHSA-9wx4-h78v-vm56"],
            PkgName: "requests",
            PkgIdentifier: { PURL: "pkg:pypi/requests@2.31.0" },
            InstalledVersion: "2.31.0",
            FixedVersion: "2.32.0",
            Severity: "HIGH",
          },
        ],
      },
    ],
  }
  return {
    ...{ exitCode: 77, timedOut: false, tail: [] },
    files: {
      "trivy.json": JSON.stringify(report),
      "metadata.json": JSON.stringify({ Version: 2, UpdatedAt: updated }),
    },
  }
}

describe("trivy", () => {
  it.each([trivy, trivyImage])("looks vulnerabilities up only where it has a database", (tool) => {
    expect(tool.command({ files: FILES })).not.toMatch(/--scanners \S*vuln/)
    expect(tool.command(WITH_DATABASE)).toMatch(/--scanners vuln,/)
    for (const job of [{ files: FILES }, WITH_DATABASE])
      expect(tool.command(job)).toContain("--skip-db-update")
  })

  it("says of which day its database is, and policy says whether that will do", () => {
    const report = interpret(trivy, output("2026-11-22T06:00:00Z"), WITH_DATABASE)
    expect(report.databases).toEqual([
      { name: WITH_DATABASE.database, updated: "2026-11-22T06:00:00Z" },
    ])
    expect(judge([report]).verdict).toMatchObject({ violations: 1, incomplete: [] })
    const old = interpret(trivy, output("2026-10-01T06:00:00Z"), WITH_DATABASE)
    expect(judge([old]).verdict.incomplete).toEqual([
      "trivy: registry.internal/trivy-db:2 is 53 days old, and scan.max_database_age is 7",
    ])
  })

  it("is incomplete when it does not say of which day its database is", () => {
    const { files, ...rest } = output("")
    const report = interpret(
      trivy,
      { ...rest, files: { ...files, "metadata.json": "{}" } },
      WITH_DATABASE,
    )
    expect(judge([report], { scan: scanOf() }).verdict.incomplete[0]).toMatch(
      /age of .* can't be known/,
    )
  })
})
