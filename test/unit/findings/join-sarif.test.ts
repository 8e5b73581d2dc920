import { describe, expect, it } from "vitest"

import { joinSarif, parseOwnSarif } from "../../../ci/src/findings/join-sarif.js"
import type { SarifLog } from "../../../ci/src/findings/sarif.js"
import type { ToolReport } from "../../../ci/src/findings/tool-report.js"
import { LIMITS, writeSarif } from "../../../ci/src/findings/write-sarif.js"
import { code, judge, report, vulnerability } from "./builders.js"
import { validate } from "./sarif-oracle.js"

const FILES = { "services/api/run.py": "import os\nos.system(x)\n" }

function logOf(reports: ToolReport[]): SarifLog {
  const [file] = writeSarif(judge(reports, { files: FILES }), () => undefined)
  return JSON.parse(file?.text ?? "") as SarifLog
}

function joined(shards: ToolReport[][], missing: string[] = []): SarifLog {
  return JSON.parse(joinSarif(shards.map(logOf), missing)) as SarifLog
}

const API = [
  code("bandit", "B605", "services/api/run.py:2", { severity: "high" }),
  code("bandit", "B101", "services/api/run.py:1", { severity: "low" }),
]
const CHAT = [
  code("bandit", "B605", "services/chat/run.py:9", { severity: "critical", services: ["chat"] }),
]
const LOCK = vulnerability("pip-audit", ["CVE-2024-1"], "requests@2.31.0", { services: ["chat"] })

describe("the joined SARIF", () => {
  it("is that of one scan of everything", () => {
    const shards = [
      [report("bandit", API), report("gitleaks", [])],
      [report("bandit", CHAT), report("pip-audit", [LOCK])],
    ]
    const whole = [report("bandit", [...API, ...CHAT]), report("gitleaks", [])]
    expect(joined(shards)).toEqual(logOf([...whole, report("pip-audit", [LOCK])]))
    expect(joined([...shards].reverse())).toEqual(joined(shards))
  })

  it("has what several shards found once, with the services of all", () => {
    const found = (service: string) => [report("bandit", [{ ...API[0]!, services: [service] }])]
    const { runs } = joined([found("api"), found("web")])
    expect(runs[0]?.results).toHaveLength(1)
    expect(runs[0]?.results[0]?.properties.services).toEqual(["api", "web"])
  })

  it("says of a tool that failed somewhere that it did", () => {
    const failed = report("bandit", [], { status: "incomplete", problems: ["half a report"] })
    expect(joined([[report("bandit", API)], [failed]]).runs[0]?.invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ level: "error", message: { text: "half a report" } }],
      },
    ])
  })

  it("is not called complete when a shard's findings are missing", () => {
    const { runs } = joined([[report("bandit", API)]], ["no record came of chat"])
    expect(runs[0]?.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [{ message: { text: "no record came of chat" } }],
    })
  })

  it("names every version that a tool had", () => {
    const other = { ...report("bandit", CHAT), version: "1.3.0" }
    expect(joined([[report("bandit", API)], [other]]).runs[0]?.tool.driver).toMatchObject({
      ...{ version: "1.2.3, 1.3.0", fullName: "bandit 1.2.3, 1.3.0" },
    })
  })

  it("leaves out the mildest of more than GitHub keeps, and says so", () => {
    const many = (from: number, severity: "high" | "low") =>
      Array.from({ length: LIMITS.results - 1000 }, (_, index) =>
        code("bandit", "B605", `services/api/run.py:${from + index}`, { severity }),
      )
    const [run] = joined([
      [report("bandit", many(1, "low"))],
      [report("bandit", many(10_000, "high"))],
    ]).runs
    expect(run?.results).toHaveLength(LIMITS.results)
    expect(run?.results.filter(({ level }) => level === "error")).toHaveLength(4000)
    expect(run?.invocations[0]?.toolExecutionNotifications[0]?.message.text).toMatch(/^3000 result/)
  })

  it("has nothing that GitHub's rules object to", { timeout: 60_000 }, () => {
    const shards = [[report("bandit", API)], [report("bandit", CHAT), report("pip-audit", [LOCK])]]
    expect(validate(joinSarif(shards.map(logOf), []))).toEqual([])
  })
})

describe("a shard's file", () => {
  const text = JSON.stringify(logOf([report("bandit", API)]))

  it("is read as it was written", () => {
    expect(parseOwnSarif(text)).toEqual(JSON.parse(text))
  })

  it.each([
    ["cut off", text.slice(0, 300)],
    ["empty", ""],
    ["no SARIF", "[]"],
    ["of another version", text.replace('"2.1.0"', '"2.0.0"')],
    ["another program's", text.replace("pipeline/bandit/", "other/")],
    ["at odds with itself", text.replaceAll('"ruleIndex":0', '"ruleIndex":7')],
  ])("is refused when it is %s", (_, bad) => {
    expect(parseOwnSarif(bad)).toBeUndefined()
  })
})
