import { describe, expect, it } from "vitest"

import { chooseTools } from "../../../ci/src/scanners/index.js"
import { scanOf } from "../findings/builders.js"

const names = (yaml: string, named: string[] = []) => {
  const { run, policy, skipped } = chooseTools(scanOf(yaml), named)
  return [
    ...(policy ? ["policy"] : []),
    ...run.map(({ name }) => name),
    ...skipped.map(({ tool }) => `${tool} skipped`),
  ].sort()
}

describe("the tools of a scan", () => {
  it("are, without a word, all that need neither an account nor a long build", () => {
    expect(names("")).toEqual(
      ["bandit", "checkov", "gitleaks", "hadolint", "pip-audit", "policy", "semgrep"].sort(),
    )
  })

  it("include trivy where it has a database to look things up in", () => {
    expect(names("trivy_database: registry.internal/trivy-db:2")).toContain("trivy")
  })

  it.each([
    ["those of pipeline.yaml", "tools: [bandit, policy]", [], ["bandit", "policy"]],
    ["those of the command line first", "tools: [bandit]", ["trivy"], ["trivy"]],
    ["safety only by name, since it needs an account", "", ["safety"], ["safety skipped"]],
  ])("are %s", (_, yaml, named, expected) => {
    expect(names(yaml, named)).toEqual(expected)
  })

  it("leave out, offline, what asks a database that is elsewhere, and say so", () => {
    expect(names("offline: true")).toContain("pip-audit skipped")
    const { skipped } = chooseTools(scanOf("offline: true"), [])
    expect(skipped[0]?.problems[0]).toMatch(/OSV service.*scan\.osv_url/)
    expect(names("offline: true\nosv_url: http://osv.internal/v1/query")).toContain("pip-audit")
  })

  it.each([
    ["offline: true", ["pip-audit"]],
    ["offline: true\ntools: [pip-audit]", []],
  ])("are refused where somebody named one that can't work: %s %j", (yaml, named) => {
    expect(() => chooseTools(scanOf(yaml), named)).toThrow(/^scan\.offline is set, and pip-audit/)
  })

  it("do not include what does not exist", () => {
    expect(() => chooseTools(scanOf(), ["bandt"])).toThrow(/--tool=bandt.*gitleaks/)
  })
})
