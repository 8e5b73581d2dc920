import fc from "fast-check"
import { format, resolveConfig } from "prettier"
import { describe, expect, test } from "vitest"
import { planChanges } from "../../../ci/src/changes/planner.js"
import { planNamed } from "../../../ci/src/changes/select.js"
import { planJsonSchema, PlanSchema } from "../../../ci/schema/plan.js"
import { anyChange, anyConfig } from "./arbitrary.js"
import { config, facts, modified, service } from "./builders.js"

describe("the schema of a plan", () => {
  test("is the one in ci/schema", async () => {
    const file = "../../../ci/schema/plan.schema.json"
    const options = { ...(await resolveConfig(import.meta.filename)), filepath: file }
    const text = await format(JSON.stringify(planJsonSchema()), options)
    await expect(text).toMatchFileSnapshot(file)
  })

  test("fits every plan", () => {
    fc.assert(
      fc.property(anyConfig, anyChange, (shop, { files, symlinks }) => {
        const plan = planChanges(facts(files, { symlinks }), shop)
        expect(PlanSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
      }),
    )
  })

  test("fits a plan without git, and refuses what it does not know", () => {
    const shop = config([service("api"), service("web")])
    const plan = planNamed(shop, ["api"])
    expect(PlanSchema.parse(plan)).toEqual(plan)
    const changed = planChanges(facts(modified("services/api/main.py")), shop)
    expect(PlanSchema.safeParse({ ...changed, extra: 1 }).success).toBe(false)
  })
})
