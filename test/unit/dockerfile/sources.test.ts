import { describe, expect, it } from "vitest"
import { contextFiles } from "../../../ci/src/dockerfile/context-files.js"
import { parse } from "../../../ci/src/dockerfile/parse.js"
import { sources } from "../../../ci/src/dockerfile/sources.js"

function read(...lines: string[]) {
  return sources(parse(["FROM a", ...lines].join("\n"), "Dockerfile"))
}

describe("sources", () => {
  it("lists what the context gives, and nothing else", () => {
    const found = read(
      "COPY requirements.txt ./src/ /app/",
      "ADD https://example.com/x.tgz git@github.com:a/b.git local.tgz /x/",
      "COPY --from=other /y /y",
      "COPY <<EOF config.json /z/",
      "text",
      "EOF",
      'COPY ["with space", "/w"]',
      "RUN --mount=type=bind,source=tools,target=/t --mount=type=cache,target=/c make",
      "RUN --mount=target=/all make",
    )
    expect(found.map(({ instruction, path, line }) => [instruction, path, line])).toEqual([
      ["COPY", "requirements.txt", 2],
      ["COPY", "src", 2],
      ["ADD", "local.tgz", 3],
      ["COPY", "config.json", 5],
      ["COPY", "with space", 8],
      ["RUN", "tools", 9],
      ["RUN", ".", 10],
    ])
  })

  it.each([
    ["COPY . /app", { path: "." }],
    ["COPY / /app", { path: "." }],
    ["COPY a/../b/./c /app", { path: "b/c", outside: false }],
    ["COPY ../libs/x /app", { path: "libs/x", outside: true }],
    ["COPY *.py app/[ab]? /app/", { path: "*.py", glob: true }],
    ["COPY $UNKNOWN/x /app", { unknown: ["UNKNOWN"] }],
    ["COPY --exclude=*.md --exclude=tests . /app", { exclude: ["*.md", "tests"] }],
    ["COPY --parents a/**/b.txt /app", { parents: true }],
  ])("%s", (line, expected) => {
    expect(read(line)[0]).toMatchObject(expected)
  })

  it("puts in the variables of the stage", () => {
    expect(read("ARG NAME=api", "ENV DIR=services/$NAME", "COPY $DIR/src /app")[0]).toMatchObject({
      path: "services/api/src",
      unknown: [],
    })
  })

  it("leaves out stages that the target does not need", () => {
    const text = "FROM a AS one\nCOPY x /\nFROM b AS two\nCOPY y /"
    expect(sources(parse(text, "D"), { target: "two" }).map(({ path }) => path)).toEqual(["y"])
  })
})

describe("contextFiles", () => {
  const files = ["a.py", "b.txt", "src/a.py", "src/deep/c.py", "src-old/a.py"]

  it.each([
    ["COPY . /", files],
    ["COPY src /", ["src/a.py", "src/deep/c.py"]],
    ["COPY *.py /", ["a.py"]],
    ["COPY src* /", ["src/a.py", "src/deep/c.py", "src-old/a.py"]],
    ["COPY */a.py /", ["src/a.py", "src-old/a.py"]],
    ["COPY **/c.py /", []],
    ["COPY --parents **/c.py /", ["src/deep/c.py"]],
    ["COPY --exclude=deep src /", ["src/a.py"]],
  ])("%s", (line, expected) => {
    const [source] = read(line)
    expect(source && contextFiles(source, files)).toEqual(expected)
  })
})
