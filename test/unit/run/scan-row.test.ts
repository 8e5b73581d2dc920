import { describe, expect, it } from "vitest"
import type { Finding, ToolReport } from "../../../ci/src/findings/index.js"
import { emptyReport } from "../../../ci/src/findings/index.js"
import { scanRow } from "../../../ci/src/run/scan-row.js"
import { code, judge, report, scanOf } from "../findings/builders.js"

const SERVICES = ["api", "shop"].map((name) => ({ name, scan: { skip: [] } }))
const [API, SHOP] = SERVICES as [(typeof SERVICES)[0], (typeof SERVICES)[0]]

/** The row of a service after a scan in which every tool was given files of both services. */
function rowOf(service: (typeof SERVICES)[0], reports: ToolReport[], cached: string[] = []) {
  const assessment = judge(reports, { services: SERVICES })
  const names = new Set(SERVICES.map(({ name }) => name))
  const result = {
    ...{ assessment, cached },
    lookedAt: new Map(reports.map(({ tool }) => [tool, names])),
    servicesOf: (file: string) => [file.split("/")[1] ?? ""],
  }
  return scanRow(service, result, scanOf())
}

const inApi = (changes: Partial<Finding> = {}) =>
  code("bandit", "B602", "services/api/run.py:3", changes)

describe("the scan's row of a service", () => {
  it("passes, with what was found in numbers and what was left out", () => {
    const skipped = { ...emptyReport("pip-audit", "1"), status: "skipped" as const }
    const row = rowOf(API, [report("bandit", [inApi({ severity: "medium" })]), skipped])
    expect(row).toMatchObject({ status: "passed", stage: "scan", cached: false })
    expect(row.notes).toEqual(["1 medium", "pip-audit skipped"])
  })

  it("fails by its own findings, names them and how to see them again", () => {
    const row = rowOf(API, [report("bandit", [inApi()])])
    expect(row).toMatchObject({
      status: "failed",
      reproduce: "dagger call scan --service=api --tool=bandit",
    })
    expect(row.reason).toMatch(/^1 finding against the policy: high: bandit:B602.*run\.py:3$/)
    expect(rowOf(SHOP, [report("bandit", [inApi()])]).status).toBe("passed")
  })

  it("names the lines of what fails, once each, for annotations on a pull request", () => {
    const twice = { ...inApi(), message: "another rule, the same line" }
    const inHistory = inApi()
    inHistory.place = { ...inHistory.place, line: 9, commit: "c".repeat(40) }
    const mild = inApi({ severity: "low", place: { file: "services/api/run.py", line: 5 } })
    const row = rowOf(API, [report("bandit", [inApi(), twice, inHistory, mild])])
    expect(row.places).toEqual([
      {
        file: "services/api/run.py",
        line: 3,
        message: expect.stringMatching(/^high: bandit:B602: ./),
      },
    ])
  })

  it("goes by the policy of its own service", () => {
    const shared = [report("bandit", [inApi({ services: ["api", "shop"] })])]
    const lenient = { name: "shop", scan: { skip: [], failOn: "critical" as const } }
    expect(rowOf(API, shared).status).toBe("failed")
    expect(rowOf(lenient, shared).status).toBe("passed")
  })

  it("is an error where a tool did not look, and only there", () => {
    const problems = ["did not look at services/api/x.py: syntax error"]
    const partly = {
      ...emptyReport("bandit", "1"),
      ...{ status: "incomplete" as const, problems, missed: ["services/api/x.py"] },
      tail: ["its last words"],
    }
    expect(rowOf(API, [partly])).toMatchObject({
      ...{ status: "error", reason: `not everything was looked at: bandit: ${problems[0]}` },
      ...{ tail: ["its last words"], reproduce: "dagger call scan --service=api --tool=bandit" },
    })
    expect(rowOf(SHOP, [partly]).status).toBe("passed")
    const { missed: _, ...crashed } = partly
    expect(rowOf(SHOP, [crashed]).status).toBe("error")
  })

  it("is cached when every tool's findings were", () => {
    const reports = [report("bandit", []), report("semgrep", [])]
    expect(rowOf(API, reports, ["bandit"]).cached).toBe(false)
    expect(rowOf(API, reports, ["bandit", "semgrep"]).cached).toBe(true)
  })
})

describe("the image scan's row of a service", () => {
  const ofImage = (changes: Partial<ToolReport> = {}) => ({
    ...report("trivy", [inApi({ place: { file: "services/api/Dockerfile" } })]),
    ...{ about: "image of api", services: ["api"] },
    ...changes,
  })
  const rowOfImage = (image: ToolReport, cached: string[] = []) => {
    const assessment = judge([image], { services: SERVICES })
    const lookedAt = new Map([["trivy (image of api)", new Set(["api"])]])
    const result = { assessment, cached, lookedAt, servicesOf: () => [] }
    return scanRow(API, result, scanOf(), "image-scan")
  }

  it("fails by what is in the image, with the way to look at it again", () => {
    expect(rowOfImage(ofImage(), ["trivy (image of api)"])).toMatchObject({
      ...{ stage: "image-scan", status: "failed", cached: true },
      reproduce: "dagger call scan --service=api --tool=bandit --images",
    })
  })

  it("is an error when the image could not be looked at, and names it", () => {
    const problems = ["found no package in the image"]
    const row = rowOfImage(ofImage({ findings: [], status: "incomplete", problems }))
    expect(row).toMatchObject({ status: "error", cached: false })
    expect(row.reason).toContain("trivy (image of api): found no package in the image")
  })

  it("says nothing about another service's image", () => {
    const base = ofImage({ status: "incomplete", problems: ["old"], services: ["shop"] })
    expect(rowOf(API, [{ ...base, findings: [] }]).status).toBe("passed")
    expect(rowOf(SHOP, [{ ...base, findings: [] }]).status).toBe("error")
  })
})
