import { describe, expect, it } from "vitest"
import { carryKey, keptFindings, withKept } from "../../../ci/src/findings/carry.js"
import { fakeToken } from "../../fixtures/scanners/cases.js"
import { code, judge, report } from "./builders.js"

const PARTS = {
  tool: "bandit",
  program: "sha256:1",
  content: "sha256:2",
  ignored: ["**/fixtures/**"],
  databases: ["db sha256:3"],
}
const servicesOf = (file: string) => [file.split("/")[1] ?? ""]
const rule = (id: string) => ({
  ...{ tool: "bandit", rule: id, name: id, summary: id, help: id },
  tags: [],
})
const inShop = code("bandit", "B602", "services/shop/run.py:2", { services: ["shop"] })
const shared = code("bandit", "B301", "libs/kit/a.py:1", { services: ["api", "shop"] })
const WHOLE = report("bandit", [inShop, shared], { rules: [rule("B602"), rule("B301")] })

describe("findings that are carried forward", () => {
  it.each(Object.keys(PARTS) as (keyof typeof PARTS)[])("are others with another %s", (part) => {
    const changed = { ...PARTS, [part]: Array.isArray(PARTS[part]) ? ["x"] : "x" }
    expect(carryKey(changed)).not.toBe(carryKey(PARTS))
    expect(carryKey({ ...PARTS })).toBe(carryKey(PARTS))
  })

  it("are those of one service, with the rules that they need", () => {
    expect(keptFindings(WHOLE, "api", "key", servicesOf)).toEqual({
      key: "key",
      findings: [{ ...shared, services: ["api"] }],
      rules: [rule("B301")],
    })
  })

  it("hold no secret that a tool quoted", () => {
    const secret = fakeToken("kept")
    const quoting = report("bandit", [{ ...inShop, message: `found ${secret}` }])
    expect(JSON.stringify(keptFindings(quoting, "shop", "key", servicesOf))).not.toContain(secret)
  })

  it.each([
    ["nothing was looked at", { status: "incomplete" as const }, false],
    ["it was left out", { status: "skipped" as const }, false],
    [
      "a file of it was missed",
      { status: "incomplete" as const, missed: ["services/shop/x.py"] },
      false,
    ],
    [
      "a file of another was missed",
      { status: "incomplete" as const, missed: ["services/api/x.py"] },
      true,
    ],
  ])("are kept of a service unless its scan says nothing: %s", (_, changes, is) => {
    const kept = keptFindings({ ...WHOLE, ...changes }, "shop", "key", servicesOf)
    expect(kept !== undefined).toBe(is)
  })

  it("are in every output and fail nothing", () => {
    const kept = ["api", "shop"].flatMap(
      (name) => keptFindings(WHOLE, name, name, servicesOf) ?? [],
    )
    const partial = withKept(report("bandit", []), kept)
    const { findings, verdict } = judge([partial], { carried: ["api", "shop"] })
    expect(findings.map(({ services }) => services)).toEqual([["api", "shop"], ["shop"]])
    expect(verdict).toMatchObject({ outcome: "clean", violations: 0 })
  })

  it("fail where a service that was looked at has them as well", () => {
    const fresh = report("bandit", [{ ...shared, services: ["api"] }], { rules: [rule("B301")] })
    const partial = withKept(
      fresh,
      [keptFindings(WHOLE, "shop", "shop", servicesOf)].flatMap((one) => one ?? []),
    )
    const { findings, verdict } = judge([partial], { carried: ["shop"] })
    expect(findings).toHaveLength(2)
    expect(verdict.violations).toBe(1)
    expect(partial.rules.map((one) => one.rule)).toEqual(["B301", "B602"])
  })
})
