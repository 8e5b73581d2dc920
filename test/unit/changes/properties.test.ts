import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { ChangedFile } from "../../../ci/src/changes/facts.js"
import { formatJson } from "../../../ci/src/changes/format.js"
import { decodePath, encodePath } from "../../../ci/src/changes/gather/paths.mjs"
import { planChanges } from "../../../ci/src/changes/planner.js"
import type { ChangeConfig } from "../../../ci/src/changes/units.js"
import { anyConfig, file, files, links } from "./arbitrary.js"
import { facts } from "./builders.js"

function affected(
  shop: ChangeConfig,
  change: ChangedFile[],
  symlinks: { path: string; target: string }[],
): string[] {
  return planChanges(facts(change, { symlinks }), shop).services.map(({ name }) => name)
}

describe("whatever the configuration and the change", () => {
  test("one more file never shrinks the set", () => {
    fc.assert(
      fc.property(anyConfig, files, file, links, (shop, change, more, symlinks) => {
        const larger = affected(shop, [...change, more], symlinks)
        expect(larger).toEqual(expect.arrayContaining(affected(shop, change, symlinks)))
      }),
    )
  })

  test("two changes together concern whom they concern one by one", () => {
    fc.assert(
      fc.property(anyConfig, files, files, links, (shop, one, two, symlinks) => {
        const together = affected(shop, [...one, ...two], symlinks)
        const apart = new Set([...affected(shop, one, symlinks), ...affected(shop, two, symlinks)])
        expect(together).toEqual([...apart].sort())
      }),
    )
  })

  test("the order of services, dependencies, globs and files means nothing", () => {
    fc.assert(
      fc.property(anyConfig, files, links, (shop, change, symlinks) => {
        const turned: ChangeConfig = {
          services: shop.services
            .map((each) => ({
              ...each,
              dependsOn: [...each.dependsOn].reverse(),
              inputs: [...each.inputs].reverse(),
              ignore: [...each.ignore].reverse(),
            }))
            .reverse(),
          libraries: [...shop.libraries].reverse(),
          changes: {
            global: [...shop.changes.global].reverse(),
            ignore: [...shop.changes.ignore].reverse(),
          },
        }
        const reversed = facts([...change].reverse(), { symlinks: [...symlinks].reverse() })
        expect(formatJson(planChanges(reversed, turned))).toBe(
          formatJson(planChanges(facts(change, { symlinks }), shop)),
        )
      }),
    )
  })

  test("two runs give the same bytes", () => {
    fc.assert(
      fc.property(anyConfig, files, links, (shop, change, symlinks) => {
        const once = formatJson(planChanges(facts(change, { symlinks }), shop))
        expect(formatJson(planChanges(facts(change, { symlinks }), structuredClone(shop)))).toBe(
          once,
        )
      }),
    )
  })

  test("every service is selected or skipped, and every selected one has a reason", () => {
    fc.assert(
      fc.property(anyConfig, files, links, (shop, change, symlinks) => {
        const plan = planChanges(facts(change, { symlinks }), shop)
        const names = [...plan.services, ...plan.skipped].map(({ name }) => name).sort()
        expect(names).toEqual(["s1", "s2", "s3", "s4"])
        expect(plan.services.every(({ reasons }) => reasons.length > 0)).toBe(true)
      }),
    )
  })

  test("every path selects something, or says why it does not", () => {
    fc.assert(
      fc.property(anyConfig, file, links, (shop, change, symlinks) => {
        const { services, unused } = planChanges(facts([change], { symlinks }), shop)
        const selected = services.filter(({ reasons }) =>
          reasons.some(({ kind }) => kind !== "always"),
        )
        expect(selected.length > 0).toBe(unused.length === 0)
      }),
    )
  })
})

test("any bytes survive as a path", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
      const text: string = JSON.parse(JSON.stringify(decodePath(bytes)))
      expect(Buffer.from(encodePath(text))).toEqual(Buffer.from(bytes))
    }),
  )
})
