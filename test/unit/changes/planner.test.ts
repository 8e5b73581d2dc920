import { describe, expect, test } from "vitest"
import type { ChangedFile } from "../../../ci/src/changes/facts.js"
import { planChanges } from "../../../ci/src/changes/planner.js"
import type { ChangeConfig } from "../../../ci/src/changes/units.js"
import { config, deleted, facts, library, modified, service } from "./builders.js"

const SHOP = config(
  [
    service("api", { dependsOn: ["common"], ignore: ["docs/**", "!docs/api.yaml"] }),
    service("web", { dependsOn: ["api"], inputs: ["proto/**", "!proto/internal/**"] }),
    service("worker", { dockerfile: "docker/worker", build: { context: "repository" } }),
    service("outer", { path: "apps" }),
    service("inner", { path: "apps/inner" }),
  ],
  [library("common", { dependsOn: ["base"] }), library("base")],
  { global: ["Makefile", "tools/*.sh"], ignore: ["**/*.md", "!services/web/**"] },
)

function affected(files: ChangedFile[], shop: ChangeConfig = SHOP): string[] {
  return planChanges(facts(files), shop).services.map(({ name }) => name)
}

const EVERY = ["api", "inner", "outer", "web", "worker"]

describe("whom a path concerns", () => {
  test.each<[path: string, names: string[]]>([
    ["services/api/main.py", ["api", "web"]],
    ["services/api", ["api", "web"]],
    ["services/apis/main.py", EVERY],
    ["libs/base/x.py", ["api", "web"]],
    ["proto/a/b.proto", ["web"]],
    ["proto/internal/b.proto", EVERY],
    ["docker/worker", ["worker"]],
    ["docker/worker.dockerignore", ["worker"]],
    [".dockerignore", ["worker"]],
    ["docker/worker/x", EVERY],
    ["apps/x", ["outer"]],
    ["apps/inner/x", ["inner", "outer"]],
    ["services/api/docs/index.html", []],
    ["services/api/docs/api.yaml", ["api", "web"]],
    ["README.md", []],
    ["services/api/README.md", []],
    ["services/web/README.md", ["web"]],
    ["Makefile", EVERY],
    ["tools/x.sh", EVERY],
    ["tools/deep/x.sh", EVERY],
    ["SERVICES/api/main.py", EVERY],
  ])("%s", (path, names) => {
    expect(affected(modified(path))).toEqual(names)
    expect(affected(deleted(path))).toEqual(names)
  })

  test("a parent may leave a nested service's files to it", () => {
    const shop = config([
      service("outer", { path: "apps", ignore: ["inner/**"] }),
      service("inner", { path: "apps/inner" }),
    ])
    expect(affected(modified("apps/inner/x"), shop)).toEqual(["inner"])
  })

  test("a service in the root owns everything", () => {
    expect(affected(modified("anything/at/all"), config([service("root", { path: "." })]))).toEqual(
      ["root"],
    )
  })

  test("what a service ignores can still be another one's input", () => {
    const shop = config([
      service("a", { ignore: ["schema/**"] }),
      service("b", { inputs: ["services/a/schema"] }),
    ])
    expect(affected(modified("services/a/schema/x.json"), shop)).toEqual(["b"])
  })

  test("the configuration can't be ignored", () => {
    const shop = config([service("a")], [], { ignore: ["**"] })
    const entry = (command: string) =>
      JSON.stringify([{ name: "a", path: "services/a", test_command: command }])
    const change = facts(modified("services.json"), {
      baseConfig: { services: entry("x") },
      headConfig: { services: entry("y") },
    })
    expect(planChanges(change, shop).services).toMatchObject([{ name: "a" }])
  })
})

describe("reasons", () => {
  test("all of them are listed, sorted, with the shortest explanation", () => {
    const plan = planChanges(
      facts(modified("services/api/main.py", "proto/x", "libs/base/x")),
      SHOP,
    )
    expect(plan.services).toEqual([
      {
        name: "api",
        reasons: [
          { kind: "own-file", file: "services/api/main.py" },
          { kind: "dependency", dep: "common" },
        ],
      },
      {
        name: "web",
        reasons: [
          { kind: "input", file: "proto/x", glob: "proto/**" },
          { kind: "dependency", dep: "api" },
        ],
      },
    ])
  })

  test("a service that only depends on a change says how", () => {
    const [api, web] = planChanges(facts(modified("libs/base/x")), SHOP).services
    expect(api?.via).toEqual(["libs/base/x", "base", "common", "api"])
    expect(web?.via).toEqual(["libs/base/x", "base", "common", "api", "web"])
  })

  test("everything says why, and what belongs to a service still says so", () => {
    const plan = planChanges(
      facts(modified("Makefile", "nobody.txt", "nobody2.txt", "services/worker/x")),
      SHOP,
    )
    expect(plan.all).toEqual({
      code: "global",
      message: '"Makefile" matches the global glob Makefile',
    })
    expect(plan.services.find(({ name }) => name === "worker")?.reasons).toEqual([
      { kind: "own-file", file: "services/worker/x" },
      { kind: "global", file: "Makefile", glob: "Makefile" },
      { kind: "unowned", file: "nobody.txt" },
    ])
  })

  test("a path that selects nothing says which rule decided that", () => {
    const plan = planChanges(facts(modified("README.md", "services/api/docs/x", "libs/lonely/x")), {
      ...SHOP,
      libraries: [...SHOP.libraries, library("lonely")],
    })
    expect(plan.unused).toEqual([
      { path: "README.md", why: "ignored by changes.ignore (**/*.md)" },
      { path: "libs/lonely/x", why: "belongs to lonely, which no service depends on" },
      { path: "services/api/docs/x", why: "ignored by api" },
    ])
    expect(plan.services).toEqual([])
  })

  test("cycles end, and nobody is a reason for its own reason", () => {
    const shop = config([
      service("a", { dependsOn: ["b"] }),
      service("b", { dependsOn: ["c"] }),
      service("c", { dependsOn: ["a"] }),
    ])
    const plan = planChanges(facts(modified("services/a/x")), shop)
    expect(plan.services).toEqual([
      { name: "a", reasons: [{ kind: "own-file", file: "services/a/x" }] },
      {
        name: "b",
        reasons: [{ kind: "dependency", dep: "c" }],
        via: ["services/a/x", "a", "c", "b"],
      },
      { name: "c", reasons: [{ kind: "dependency", dep: "a" }], via: ["services/a/x", "a", "c"] },
    ])
  })

  test("a service that always runs takes nobody with it", () => {
    const shop = config([service("a", { always: true }), service("b", { dependsOn: ["a"] })])
    const plan = planChanges(facts([]), shop)
    expect(plan.services).toEqual([{ name: "a", reasons: [{ kind: "always" }] }])
    expect(plan.skipped).toEqual([{ name: "b", why: "unchanged" }])
  })

  test("an unknown base runs everything and says so first", () => {
    const all = { code: "base-unresolved", message: "the moon is full" } as const
    const plan = planChanges(facts(modified("services/api/x"), { all, warnings: ["later"] }), SHOP)
    expect(plan.all).toEqual(all)
    expect(plan.warnings).toEqual(["everything runs, because the moon is full", "later"])
    expect(plan.services).toHaveLength(5)
    expect(plan.services[0]?.reasons).toEqual([
      { kind: "own-file", file: "services/api/x" },
      { kind: "base-unresolved" },
    ])
  })
})

describe("links and submodules", () => {
  const shop = config([
    service("a"),
    service("b", { path: "vendor/lib/b" }),
    service("c", { dockerfile: "vendor/lib/Dockerfile" }),
  ])

  test.each<[path: string, names: string[]]>([
    ["shared/x/file", ["a"]],
    ["shared/x", ["a"]],
    ["shared/xy/file", ["a", "b", "c"]],
  ])("a link stands for what it leads to: %s", (path, names) => {
    const symlinks = [{ path: "services/a/link", target: "../../shared/x" }]
    const plan = planChanges(facts(modified(path), { symlinks }), shop)
    expect(plan.services.map(({ name }) => name)).toEqual(names)
  })

  test("a link on the way is as much a part of it as what it leads to", () => {
    const symlinks = [
      { path: "services/a/link", target: "../../libs/shared/current" },
      { path: "libs/shared/current", target: "../v2" },
    ]
    const pair = config([service("a"), service("d")], [library("shared"), library("v2")])
    const turned: ChangedFile = {
      path: "libs/shared/current",
      status: "M",
      sources: ["committed"],
      types: ["symlink"],
    }
    expect(planChanges(facts([turned], { symlinks }), pair).services).toEqual([
      {
        name: "a",
        reasons: [{ kind: "symlink", file: "libs/shared/current", link: "services/a/link" }],
      },
    ])
    expect(planChanges(facts(modified("libs/v2/x"), { symlinks }), pair).services).toMatchObject([
      { name: "a" },
    ])
  })

  test("a submodule stands for everything inside it", () => {
    const bump: ChangedFile = {
      path: "vendor/lib",
      status: "M",
      sources: ["committed"],
      types: ["submodule"],
    }
    const symlinks = [{ path: "services/a/link", target: "../../vendor/lib/deep/file" }]
    const plan = planChanges(facts([bump], { symlinks }), shop)
    expect(plan.services.map(({ name, reasons }) => [name, reasons[0]?.kind])).toEqual([
      ["a", "symlink"],
      ["b", "own-file"],
      ["c", "dockerfile"],
    ])
  })

  test("links that lead to links in a circle end", () => {
    const symlinks = [
      { path: "services/a/one", target: "../../pool" },
      { path: "pool/two", target: "../lake" },
      { path: "lake/three", target: "../pool" },
    ]
    const plan = planChanges(
      facts(modified("lake/file"), { symlinks }),
      config([service("a"), service("b")]),
    )
    expect(plan.services).toEqual([
      { name: "a", reasons: [{ kind: "symlink", file: "lake/file", link: "pool/two" }] },
    ])
  })
})

test("five thousand services and ten thousand files are no work", () => {
  const services = Array.from({ length: 5000 }, (_, index) =>
    service(`s${index}`, {
      dependsOn: index > 0 ? [`s${index - 1}`] : [],
      inputs: ["proto/**", `data/${index}/**`],
      ignore: ["*.md"],
    }),
  )
  const files = Array.from(
    { length: 10_000 },
    (_, index) => `services/s${4000 + (index % 1000)}/f${index}.py`,
  )
  const plan = planChanges(
    facts(modified(...files, "data/7/x").sort((a, b) => (a.path < b.path ? -1 : 1))),
    config(services),
  )
  expect(plan.services).toHaveLength(4993)
})
