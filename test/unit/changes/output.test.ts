import { describe, expect, test } from "vitest"
import { ChangeError } from "../../../ci/src/changes/errors.js"
import { explain } from "../../../ci/src/changes/explain.js"
import { formatJson, formatMatrix, formatTable } from "../../../ci/src/changes/format.js"
import { planChanges } from "../../../ci/src/changes/planner.js"
import { readFacts } from "../../../ci/src/changes/read-facts.js"
import { planEverything, planNamed, restrictPlan } from "../../../ci/src/changes/select.js"
import { config, facts, library, modified, service } from "./builders.js"

const SHOP = config(
  [
    service("api", { dependsOn: ["common"] }),
    service("web", {
      dependsOn: ["api"],
      inputs: ["proto/**"],
      ignore: ["*.md"],
      dockerfile: "docker/web",
    }),
    service("worker"),
  ],
  [library("common")],
)
const PLAN = planChanges(facts(modified("libs/common/x.py")), SHOP)

describe("the table", () => {
  test("names base, counts, reasons and the services that are unchanged", () => {
    expect(formatTable(PLAN).split("\n")).toEqual([
      "base: bbbbbbbbbbbb (merge-base with main), 1 changed file, 2 of 3 services",
      "",
      "SERVICE  RUN  WHY",
      "api      yes  libs/common/x.py -> common -> api",
      "web      yes  libs/common/x.py -> common -> api -> web",
      "worker   -    unchanged",
      "",
    ])
  })

  test("estimates come from earlier runs, and what is not known says so", () => {
    const lines = formatTable(PLAN, { estimates: new Map([["api", 12.4]]) }).split("\n")
    expect(lines[3]).toMatch(/^api +12 s +libs/)
    expect(lines[4]).toMatch(/^web +unknown +libs/)
  })

  test("why everything runs is the first line, and only there", () => {
    const all = { code: "base-unresolved", message: "the clone is too shallow" } as const
    const text = formatTable(planChanges(facts([], { all, warnings: ["careful"] }), SHOP))
    expect(text.split("\n").slice(0, 2)).toEqual([
      "ALL because the clone is too shallow",
      "warning: careful",
    ])
    expect(text.match(/too shallow/g)).toHaveLength(1)
  })

  test("a file name can't forge a line or move the cursor", () => {
    const text = formatTable(
      planChanges(facts(modified("services/worker/a\nALL \u001b[2J\udcff\\")), SHOP),
    )
    expect(text).toContain("services/worker/a\\x0aALL \\x1b[2J\\xff\\\\")
    expect(text).not.toContain("\u001b")
  })
})

describe("the matrix", () => {
  test("is one line of JSON", () => {
    expect(formatMatrix(PLAN)).toBe('{"include":[{"service":"api"},{"service":"web"}]}\n')
  })

  test("of nothing is an empty list", () => {
    expect(formatMatrix(planChanges(facts([]), SHOP))).toBe('{"include":[]}\n')
    expect(formatMatrix(planChanges(facts([]), SHOP), { shards: 4 })).toBe('{"include":[]}\n')
  })

  test("of shards names what each job's --service takes", () => {
    expect(formatMatrix(PLAN, { shards: 1 })).toBe(
      '{"include":[{"shard":"1-of-1","service":"api,web"}]}\n',
    )
  })
})

test("the JSON holds the plan", () => {
  expect(JSON.parse(formatJson(PLAN))).toEqual(PLAN)
})

describe("explain", () => {
  test("says why a service is in", () => {
    expect(explain(PLAN, "web").split("\n")).toEqual([
      "web runs, for 1 reason:",
      "  dependency  depends on api",
      "  shortest way: libs/common/x.py -> common -> api -> web",
      "",
    ])
  })

  test("says why a service is not in, and what would select it", () => {
    const plan = planChanges(facts(modified("services/worker/x")), SHOP)
    expect(explain(plan, "web", SHOP).split("\n")).toEqual([
      "web does not run: of 1 file changed since bbbbbbbbbbbb (merge-base with main), none concerns it.",
      "It is selected by changes in:",
      "  services/web/ except *.md",
      "  docker/web (Dockerfile)",
      "  proto/** (input)",
      "  whatever selects api (depends_on)",
      "",
    ])
    expect(explain(planNamed(SHOP, ["api"]), "web")).toContain("other services were asked for")
  })

  test("refuses a service that does not exist", () => {
    expect(() => explain(PLAN, "wbe")).toThrow('There is no service "wbe". Did you mean "web"?')
  })
})

describe("selection by name", () => {
  test("everything, when nothing else was asked for", () => {
    const plan = planEverything(SHOP)
    expect(plan.all).toEqual({ code: "requested", message: "--changed was not given" })
    expect(plan.services.map(({ name }) => name)).toEqual(["api", "web", "worker"])
  })

  test("the named services and nothing else", () => {
    const plan = planNamed(SHOP, ["worker", " api", "api"])
    expect(plan.all).toBeNull()
    expect(plan.services).toEqual([
      { name: "api", reasons: [{ kind: "requested" }] },
      { name: "worker", reasons: [{ kind: "requested" }] },
    ])
    expect(plan.skipped).toEqual([{ name: "web", why: "not requested" }])
  })

  test("of those that changed, the named ones", () => {
    const plan = restrictPlan(PLAN, ["web", "worker"])
    expect(plan.services).toMatchObject([
      { name: "web", reasons: [{ kind: "dependency" }, { kind: "requested" }] },
    ])
    expect(plan.skipped).toEqual([
      { name: "api", why: "not requested" },
      { name: "worker", why: "unchanged" },
    ])
  })

  test("unknown names are refused all at once, with a suggestion", () => {
    const refused = () => planNamed(SHOP, ["appi", "api", "zzzzzz"])
    expect(refused).toThrow(ChangeError)
    expect(refused).toThrow(
      'There is no service "appi". Did you mean "api"?\nThere is no service "zzzzzz". services.json has: api, web, worker',
    )
    expect(() => planNamed(SHOP, [" "])).toThrow("No service was named")
  })
})

describe("the facts", () => {
  test("are read from the text that gather.mjs printed", () => {
    expect(readFacts(JSON.stringify(facts([])))).toEqual(facts([]))
  })

  test("of a failed gathering carry its exit code", () => {
    const failure = { ok: false, version: 1, code: 3, message: "unknown" }
    expect(() => readFacts(JSON.stringify(failure))).toThrow(
      expect.objectContaining({ exitCode: 3, message: "unknown" }),
    )
  })

  test("of another version are refused", () => {
    expect(() => readFacts('{"ok":true,"version":2}')).toThrow("version 2")
  })
})
