import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { pythonImports } from "../../../ci/src/dependencies/python-imports.js"

function read(...lines: string[]) {
  return pythonImports(lines.join("\n")).map(
    ({ line, level, module, names }) => `${line} ${".".repeat(level)}${module}: ${names.join(" ")}`,
  )
}

describe("pythonImports", () => {
  it.each([
    ["import a", ["1 a: "]],
    ["import a.b as c, d , e.f", ["1 a.b: ", "1 d: ", "1 e.f: "]],
    ["from a.b import c as d, e", ["1 a.b: c e"]],
    ["from a import *", ["1 a: "]],
    ["from a import(b)", ["1 a: b"]],
    ["from . import a", ["1 .: a"]],
    ["from ..a.b import c", ["1 ..a.b: c"]],
    ["from .. .a import b", ["1 ...a: b"]],
    ["from.a import b", ["1 .a: b"]],
    ["x = 1; import a; import b", ["1 a: ", "1 b: "]],
    ["if x: import a", ["1 a: "]],
    ["try: from a import b", ["1 a: b"]],
    ["import données", ["1 données: "]],
    ["\timport a # import b", ["1 a: "]],
    ["raise X from importlib", []],
    ["yield from a", []],
    ["importlib.import_module('a')", []],
    ["import_a = 1", []],
    ["fromage = importer", []],
    ['x = "import a"', []],
    ["x = 'it\\'s'; import a", ["1 a: "]],
    ['f"{x}"; import a', ["1 a: "]],
  ])("%s", (line, expected) => {
    expect(read(line)).toEqual(expected)
  })

  it("reads lists over several lines, with comments and a comma at the end", () => {
    expect(
      read(
        "from a import (  # first",
        "    b as c,",
        "    # from x import y",
        "    d,",
        ")",
        "import e",
      ),
    ).toEqual(["1 a: b d", "6 e: "])
  })

  it("joins lines that end with a backslash", () => {
    expect(read("from a import b, \\", "    c", "import \\\r", "  d")).toEqual([
      "1 a: b c",
      "3 d: ",
    ])
  })

  it("leaves out docstrings, and keeps counting lines in them", () => {
    expect(read('"""', "import a", 'from "b" import c', '"""', "import d")).toEqual(["5 d: "])
    expect(read("x = r'''", "import a\\", "'''", "import b")).toEqual(["4 b: "])
  })

  it("finds imports in conditions and functions", () => {
    expect(
      read("if TYPE_CHECKING:", "    import a", "def f():", "    from b import c", "    return c"),
    ).toEqual(["2 a: ", "4 b: c"])
  })

  it("goes on after a string that is never closed", () => {
    expect(read("x = 'open", "import a")).toEqual(["2 a: "])
  })

  it("never throws, and finds what is planted between whole statements", () => {
    const unit = fc.constantFrom(
      ..."import from . , ( ) ' \" # \\ ; : a as *".split(" "),
      "\n",
      " ",
    )
    fc.assert(fc.property(fc.string({ unit }), (text) => void pythonImports(text)))
    const statement = fc.constantFrom(
      "x = 1",
      "def f(a: int): pass",
      "'''doc\nimport x\n'''",
      "# c",
    )
    fc.assert(
      fc.property(fc.array(statement), fc.array(statement), (before, after) => {
        const text = [...before, "import planted", ...after].join("\n")
        const line = before.join("\n").split("\n").length + (before.length > 0 ? 1 : 0)
        expect(pythonImports(text)).toEqual([{ module: "planted", level: 0, names: [], line }])
      }),
    )
  })
})
