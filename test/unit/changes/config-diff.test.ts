import { describe, expect, test } from "vitest"
import { diffConfig } from "../../../ci/src/changes/config-diff.js"
import { planChanges } from "../../../ci/src/changes/planner.js"
import { config, deleted, facts, library, modified, service } from "./builders.js"

const API = { name: "api", path: "services/api", language: "python", test_command: "pytest" }
const WEB = { ...API, name: "web", path: "services/web", depends_on: ["api", "common"] }

function compareServices(base: unknown, head: unknown) {
  const texts = {
    baseConfig: { services: JSON.stringify(base) },
    headConfig: { services: JSON.stringify(head) },
  }
  const diff = diffConfig(facts(modified("services.json"), texts), texts.headConfig)
  return {
    units: [...diff.units].map(([name, { detail }]) => [name, detail]),
    all: diff.all?.detail ?? null,
    removed: diff.removed,
  }
}

function comparePipeline(base: string, head: string) {
  const texts = { baseConfig: { pipeline: base }, headConfig: { pipeline: head } }
  const diff = diffConfig(facts(modified("pipeline.yaml"), texts), texts.headConfig)
  return { all: diff.all?.detail ?? null, backingServices: diff.backingServices }
}

const NOTHING = { units: [], all: null, removed: [] }

describe("services.json", () => {
  test.each<[what: string, base: unknown, head: unknown, diff: object]>([
    ["the same", [API], [API], NOTHING],
    ["another order of entries", [API, WEB], [WEB, API], NOTHING],
    ["another order of keys", [API], [Object.fromEntries(Object.entries(API).reverse())], NOTHING],
    ["the list as an object", [API], { $schema: "x", services: [API], libraries: [] }, NOTHING],
    ["another order of dependencies", [WEB], [{ ...WEB, depends_on: ["common", "api"] }], NOTHING],
    [
      "a default written out",
      [API],
      [{ ...API, always: false, depends_on: [], path: "./services/api/" }],
      NOTHING,
    ],
    [
      "another value",
      [API, WEB],
      [API, { ...WEB, test_command: "x" }],
      { ...NOTHING, units: [["web", "test_command"]] },
    ],
    [
      "a switch turned off is not the same as not there",
      [API],
      [{ ...API, test: { cache: false } }],
      { ...NOTHING, units: [["api", "test"]] },
    ],
    [
      "an order that means something",
      [{ ...API, x: [1, 2] }],
      [{ ...API, x: [2, 1] }],
      { ...NOTHING, units: [["api", "x"]] },
    ],
    ["a new entry", [API], [API, WEB], { ...NOTHING, units: [["web", "new"]] }],
    ["a lost entry", [API, WEB], [API], { ...NOTHING, removed: ["web"] }],
    [
      "a service that became a library",
      { services: [API] },
      { services: [], libraries: [API] },
      { ...NOTHING, units: [["api", "was in services"]] },
    ],
    [
      "something else in the file",
      { services: [API] },
      { services: [API], extra: 1 },
      { ...NOTHING, all: "extra" },
    ],
    [
      "two entries of one name",
      [API, API],
      [API],
      { ...NOTHING, all: "it can't be compared with the base: api is there twice" },
    ],
    [
      "an entry without a name",
      [{}],
      [API],
      { ...NOTHING, all: "it can't be compared with the base: an entry of services has no name" },
    ],
  ])("%s", (_, base, head, diff) => {
    expect(compareServices(base, head)).toEqual(diff)
  })
})

describe("pipeline.yaml", () => {
  const NO_CHANGE = { all: null, backingServices: [] }
  test.each<[what: string, base: string, head: string, diff: object]>([
    ["comments and layout", "images: {a: b}", "# hello\nimages:\n  a: 'b'\n", NO_CHANGE],
    ["a section without content", "", "images:\n", NO_CHANGE],
    [
      "deployments and the number of jobs",
      "",
      "environments: {dev: {cluster: game, region: eu-west-1}}\njobs: 3",
      NO_CHANGE,
    ],
    ["an image", "images: {a: b}", "images: {a: c}", { ...NO_CHANGE, all: "images" }],
    ["a section that is not known", "", "future: 1", { ...NO_CHANGE, all: "future" }],
    [
      "a backing service",
      "backing_services: {nats: {port: 1}, pg: {port: 1}}",
      "backing_services: {nats: {port: 2}, pg: {port: 1}}",
      { ...NO_CHANGE, backingServices: ["nats"] },
    ],
    ["a new global glob", "", "changes: {global: [a]}", { ...NO_CHANGE, all: "changes.global: a" }],
    ["a lost global glob", "changes: {global: [a]}", "", NO_CHANGE],
    [
      "a lost exclusion",
      "changes: {global: [a, '!b']}",
      "changes: {global: [a]}",
      { ...NO_CHANGE, all: "changes.global: !b" },
    ],
    [
      "a new ignore glob, which could hide something",
      "",
      "changes: {ignore: [a]}",
      { ...NO_CHANGE, all: "changes.ignore: a" },
    ],
    ["another base", "changes: {base: a}", "changes: {base: b}", NO_CHANGE],
    [
      "text that is no YAML",
      "a: [",
      "",
      { ...NO_CHANGE, all: expect.stringContaining("can't be compared") },
    ],
  ])("%s", (_, base, head, diff) => {
    expect(comparePipeline(base, head)).toEqual(diff)
  })

  test("a backing service concerns those who need it", () => {
    const texts = {
      baseConfig: { pipeline: "backing_services: {nats: {port: 1}}" },
      headConfig: { pipeline: "" },
    }
    const shop = config([
      service("a", { needs: [{ name: "nats" }] }),
      service("b"),
      service("c", { dependsOn: ["a"] }),
    ])
    const plan = planChanges(facts(modified("pipeline.yaml"), texts), shop)
    expect(plan.services.map(({ name }) => name)).toEqual(["a", "c"])
    expect(plan.services[0]?.reasons).toEqual([
      { kind: "config", file: "pipeline.yaml", detail: "backing_services: nats" },
    ])
  })
})

test("a configuration that the clone does not have concerns all", () => {
  const change = facts(modified("services.json"), { baseConfigMissing: ["services.json"] })
  expect(planChanges(change, config([service("a")])).all).toMatchObject({ code: "config" })
})

describe("files that belonged to somebody at the base", () => {
  const base = {
    services: JSON.stringify({
      services: [{ ...API, inputs: ["old/**"] }, WEB],
      libraries: [{ name: "gone", path: "libs/gone" }],
    }),
  }
  const head = { services: JSON.stringify([API]) }
  const shop = config([service("api")], [library("common")])

  test.each<
    [what: string, files: ReturnType<typeof modified>, names: string[], all: string | null]
  >([
    ["deleted with its service", deleted("services/web/x"), ["api"], null],
    ["left behind by its service, and changed", modified("services/web/x"), ["api"], "unowned"],
    ["an input that is none any more", deleted("old/x"), ["api"], null],
    ["of nobody then and now", deleted("nobody/x"), ["api"], "unowned"],
    ["deleted with its library", deleted("libs/gone/x"), ["api"], null],
    ["left behind by its library, and changed", modified("libs/gone/x"), ["api"], "unowned"],
  ])("%s", (_, files, names, all) => {
    const change = facts([...modified("services.json"), ...files], {
      baseConfig: base,
      headConfig: head,
    })
    const plan = planChanges(change, shop)
    expect(plan.services.map(({ name }) => name)).toEqual(names)
    expect(plan.all?.code ?? null).toBe(all)
    expect(plan.removed).toEqual(["web"])
  })
})
