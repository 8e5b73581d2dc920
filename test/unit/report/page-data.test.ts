import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { around, groupUnits } from "../../../ci/report/src/boxes.js"
import type { GraphNode } from "../../../ci/report/src/graph.js"
import { affectedGraph } from "../../../ci/report/src/graph.js"
import { scriptJson } from "../../../ci/report/src/html.js"
import { timeSaved } from "../../../ci/report/src/saved.js"
import { pageData } from "../../../ci/report/src/page-data.js"
import { duration, readable } from "../../../ci/report/src/text.js"
import { criticalPath } from "../../../ci/report/src/timeline.js"
import type { Plan } from "../../../ci/src/changes/plan.js"
import type { Row, Stage } from "../../../ci/src/run/rows.js"
import { row } from "../../../ci/src/run/rows.js"
import { fullRecord } from "./records.js"

const STARTED = "2026-01-01T08:00:00.000Z"

/** A stage that ran from one second of the run to another. */
function ran(service: string, stage: Stage, from: number, to: number, cached = false): Row {
  const started = new Date(Date.parse(STARTED) + from * 1000).toISOString()
  return row(service, stage, "passed", { started, seconds: to - from, cached })
}

describe("criticalPath", () => {
  it.each<[string, Row[], number[]]>([
    ["no stage that ran", [row("a", "test", "skipped")], []],
    [
      "one service",
      [ran("a", "preflight", 0, 2), ran("a", "test", 2, 9), ran("a", "build", 9, 12)],
      [0, 1, 2],
    ],
    [
      "the longer of two stages side by side",
      [
        ran("a", "preflight", 0, 2),
        ran("a", "test", 2, 9),
        ran("a", "scan", 2, 20),
        ran("a", "build", 20, 25),
      ],
      [0, 2, 3],
    ],
    [
      "a service that had waited for another's place",
      [ran("a", "preflight", 0, 10), ran("b", "preflight", 10, 12), ran("b", "test", 12, 30)],
      [0, 1, 2],
    ],
    [
      "its own service before another that ended at the same time",
      [ran("b", "preflight", 0, 10), ran("a", "preflight", 0, 10), ran("a", "test", 10, 30)],
      [1, 2],
    ],
  ])("finds %s", (_, rows, path) => {
    expect(criticalPath(rows, STARTED)).toEqual(path)
  })

  it("never takes a stage for the one before while it still ran", () => {
    const rows = [ran("b", "test", 0, 10.9), ran("c", "test", 0, 9.9), ran("a", "test", 10, 30)]
    expect(criticalPath(rows, STARTED)).toEqual([1, 2])
  })

  it("ends, and goes forward in time, whatever the rows", () => {
    const span = fc.tuple(fc.constantFrom("a", "b"), fc.nat(20), fc.nat(20))
    fc.assert(
      fc.property(fc.array(span, { maxLength: 20 }), (spans) => {
        const rows = spans.map(([service, from, seconds]) =>
          ran(service, "test", from, from + seconds),
        )
        const starts = criticalPath(rows, STARTED).map((index) =>
          Date.parse(rows[index]?.started ?? ""),
        )
        expect(starts).toEqual(starts.toSorted((one, other) => one - other))
        expect(starts.length > 0).toBe(rows.length > 0)
      }),
    )
  })
})

describe("timeSaved", () => {
  const units = [
    { name: "a", kind: "service" as const, path: "a", dependsOn: [] },
    { name: "b", kind: "service" as const, path: "b", dependsOn: [] },
  ]
  const before = fullRecord({ rows: [ran("a", "test", 0, 30), ran("b", "test", 0, 50)] })

  it("takes a stage's last uncached duration for what it would take", () => {
    const now = fullRecord({ units, rows: [ran("a", "test", 0, 1, true)] })
    expect(timeSaved(now, [before])).toEqual({
      spent: 1,
      everything: 80,
      saved: 79,
      stages: 2,
      unknown: 0,
    })
  })

  it("counts what is unknown instead of guessing", () => {
    const now = fullRecord({ units, rows: [ran("a", "test", 0, 1, true)] })
    expect(timeSaved(now, [])).toMatchObject({ everything: 0, saved: 0, stages: 6, unknown: 6 })
  })

  it("saves nothing when everything ran", () => {
    expect(timeSaved({ ...before, units }, [])).toMatchObject({
      saved: 0,
      everything: 80,
      unknown: 0,
    })
  })
})

describe("affectedGraph", () => {
  it("tells what changed from what only depends on it, libraries included", () => {
    const plan: Plan = {
      version: 1,
      base: { sha: "a".repeat(40), how: "argument", shallow: false },
      head: { sha: "b".repeat(40) },
      files: 1,
      all: null,
      services: [
        {
          name: "api",
          reasons: [{ kind: "dependency", dep: "wire" }],
          via: ["libs/codec/a.py", "codec", "wire", "api"],
        },
        { name: "web", reasons: [{ kind: "own-file", file: "web/a.py" }] },
      ],
      removed: [],
      skipped: [{ name: "old", why: "unchanged" }],
      unused: [],
      warnings: [],
    }
    const unit = (name: string, kind: "service" | "library", ...dependsOn: string[]) => ({
      name,
      kind,
      path: name,
      dependsOn,
    })
    const graph = affectedGraph(
      fullRecord({
        plan,
        units: [
          unit("codec", "library"),
          unit("wire", "library", "codec"),
          unit("api", "service", "wire"),
          unit("web", "service"),
          unit("old", "service", "gone"),
        ],
      }),
    )
    expect(graph.map(({ name, state }) => [name, state])).toEqual([
      ["codec", "changed"],
      ["wire", "affected"],
      ["api", "affected"],
      ["web", "changed"],
      ["old", "unchanged"],
    ])
    expect(graph[1]?.why).toEqual(["libs/codec/a.py → codec → wire"])
    expect(graph[2]?.why).toEqual(["libs/codec/a.py → codec → wire → api", "depends on wire"])
    expect(graph[4]?.dependsOn).toEqual([])
  })
})

describe("the grid's services", () => {
  it("are those that ran, then the others with why they did not", () => {
    const rows = [ran("api", "test", 0, 2)]
    const { units } = pageData(
      fullRecord({ rows, unchanged: ["chat"], notSelected: ["web"] }),
      [],
      [],
    )
    expect(units).toEqual([
      { name: "api", cells: [0], leftOut: "" },
      { name: "chat", cells: [null], leftOut: "unchanged" },
      { name: "web", cells: [null], leftOut: "not selected" },
    ])
  })
})

describe("the graph's boxes", () => {
  const node = (name: string, ...dependsOn: string[]): GraphNode => ({
    name,
    kind: "service",
    state: "affected",
    why: [],
    dependsOn,
  })
  const many = Array.from({ length: 500 }, (_, index) =>
    node(`s${index}`, index % 2 ? "left" : "right"),
  )

  it("hold together what stands in the same place", () => {
    const boxes = groupUnits([node("left"), node("right"), ...many])
    expect(boxes.map(({ title }) => title)).toEqual([
      "left",
      "right",
      "250 services",
      "250 services",
    ])
  })

  it("hold every unit once", () => {
    const nodes = fc.array(fc.tuple(fc.nat(30), fc.array(fc.nat(30), { maxLength: 3 })), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(nodes, (list) => {
        const graph = [
          ...new Map(list.map(([name, to]) => [name, node(`${name}`, ...to.map(String))])).values(),
        ]
        const names = groupUnits(graph).flatMap((box) => box.names)
        expect(names.toSorted()).toEqual(graph.map(({ name }) => name).toSorted())
      }),
    )
  })

  it("around a unit are what it needs and what needs it", () => {
    const names = around([node("a"), node("b", "a"), node("c", "b"), node("d", "a")], "b").map(
      ({ name }) => name,
    )
    expect(names).toEqual(["a", "b", "c"])
  })
})

describe("scriptJson", () => {
  it.each(["</script><script>alert(1)</script>", "<!-- <script>", "\u2028\u2029", "\ud800"])(
    "holds %j safely",
    (text) => {
      const json = scriptJson({ text })
      expect(json).not.toMatch(/[<\u2028\u2029]/)
      expect(JSON.parse(json)).toEqual({ text })
    },
  )

  it("can hold anything, and never what ends a script or opens a comment", () => {
    const part = fc.constantFrom("</script", "<!--", "-->", "]]>", "\\", '"', "\u2028", "a", "<")
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const json = scriptJson(parts.join(""))
        expect(json).not.toMatch(/<|\u2028/)
        expect(JSON.parse(json)).toBe(parts.join(""))
      }),
    )
  })
})

describe("readable", () => {
  it.each([
    ["\u001b[1mbold\u001b[0m", "bold"],
    ["a\u0000b", "ab"],
    ["x".repeat(30), `${"x".repeat(20)} ... (cut: 30 characters in all)`],
  ])("shows %j as %j", (text, shown) => {
    expect(readable(text, 20)).toBe(shown)
  })
})

describe("duration", () => {
  it.each([
    [0.04, "0.0 s"],
    [9.96, "10 s"],
    [59.6, "1 min 00 s"],
    [185, "3 min 05 s"],
    [3725, "1 h 02 min"],
  ])("shows %f as %s", (seconds, shown) => {
    expect(duration(seconds)).toBe(shown)
  })
})
