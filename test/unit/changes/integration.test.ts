import { describe, expect, it } from "vitest"
import type { ChangedFile } from "../../../ci/src/changes/facts.js"
import { explain } from "../../../ci/src/changes/explain.js"
import { formatMatrix, formatTable } from "../../../ci/src/changes/format.js"
import { planChanges } from "../../../ci/src/changes/planner.js"
import { planEverything, planNamed, restrictPlan } from "../../../ci/src/changes/select.js"
import type { ChangeConfig } from "../../../ci/src/changes/units.js"
import { selectionLines } from "../../../ci/src/report/selection.js"
import { config, facts, library, modified, service } from "./builders.js"

const SHOP: ChangeConfig = {
  ...config(
    [service("api", { dependsOn: ["common"] }), service("web"), service("worker")],
    [library("common"), library("fixtures")],
  ),
  integration: [
    service("checkout", { path: "tests/checkout", dependsOn: ["fixtures", "api", "web"] }),
  ],
}

function affected(files: ChangedFile[], more = {}): string[] {
  return planChanges(facts(files, more), SHOP).services.map(({ name }) => name)
}

describe("an integration test", () => {
  it.each([
    ["one of its services", "services/web/a.js", ["checkout", "web"]],
    ["a library of one of its services", "libs/common/a.py", ["api", "checkout"]],
    ["its own tests", "tests/checkout/test_it.py", ["checkout"]],
    ["a library of its own", "libs/fixtures/a.py", ["checkout"]],
    ["another service", "services/worker/a.py", ["worker"]],
    ["what belongs to nobody", "elsewhere", ["api", "checkout", "web", "worker"]],
  ])("is selected by a change to %s, as it should be", (_, path, names) => {
    expect(affected(modified(path))).toEqual(names)
  })

  it("is selected by a change to its own entry in services.json, alone", () => {
    const text = (command: string) =>
      JSON.stringify({
        services: [{ name: "api", path: "services/api" }],
        integration: [{ name: "checkout", path: "tests/checkout", test_command: command }],
      })
    expect(
      affected(modified("services.json"), {
        baseConfig: { services: text("pytest") },
        headConfig: { services: text("pytest -x") },
      }),
    ).toEqual(["checkout"])
  })

  it("is told apart from services, and is not counted as one", () => {
    const plan = planChanges(facts(modified("services/web/a.js")), SHOP)
    expect(plan.services).toEqual([
      { name: "checkout", integration: true, reasons: expect.anything(), via: expect.anything() },
      { name: "web", reasons: expect.anything() },
    ])
    expect(formatTable(plan)).toContain("1 of 3 services")
    expect(formatTable(plan)).toMatch(/^checkout +yes +services\/web\/a.js -> web -> checkout$/m)
    expect(selectionLines(plan)[0]).toMatch(/^Running 1 of 3 services and 1 integration test:/)
    expect(JSON.parse(formatMatrix(plan))).toEqual({
      include: [{ service: "checkout" }, { service: "web" }],
    })
  })

  it("is called unchanged only where that is known", () => {
    const plan = planChanges(facts(modified("services/web/a.js")), SHOP)
    expect(selectionLines(plan)).toContain("unchanged: api, worker")
    expect(selectionLines(restrictPlan(plan, ["web"]))).toEqual([
      expect.stringMatching(/^Running 1 of 3 services: 1 file changed/),
      "unchanged: api, worker",
      "not selected: checkout",
    ])
    expect(selectionLines(planNamed(SHOP, ["web"]))).toEqual(["Running 1 of 3 services, as named"])
  })

  it("is explained like a service", () => {
    const plan = planChanges(facts(modified("services/worker/a.py")), SHOP)
    expect(plan.skipped).toContainEqual({ name: "checkout", integration: true, why: "unchanged" })
    expect(explain(plan, "checkout", SHOP)).toContain("whatever selects api (depends_on)")
  })

  it("is part of everything, and can be asked for by name", () => {
    expect(planEverything(SHOP).services.map(({ name }) => name)).toContain("checkout")
    expect(planNamed(SHOP, ["checkout"]).services).toEqual([
      { name: "checkout", integration: true, reasons: [{ kind: "requested" }] },
    ])
    expect(planNamed(SHOP, ["api", "web"]).services.map(({ name }) => name)).toEqual(["api", "web"])
  })
})
