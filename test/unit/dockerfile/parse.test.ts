import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parse } from "../../../ci/src/dockerfile/parse.js"
import { dockerfileText } from "./arbitrary.js"

function read(...lines: string[]) {
  return parse(lines.join("\n"), "Dockerfile")
}

function instructions(...lines: string[]) {
  return read("FROM base", ...lines).stages[0]?.instructions ?? []
}

function problems(...lines: string[]) {
  return read(...lines).issues.map(({ rule, severity, line }) => `${severity} ${rule} ${line}`)
}

describe("stages", () => {
  it("knows names, bases and lines of a multi-stage file", () => {
    const { args, stages } = read(
      "ARG VERSION=3.11 PLAIN",
      "FROM --platform=$BUILDPLATFORM python:${VERSION} AS Build",
      "RUN make",
      "",
      "from build",
      "COPY --link --from=build /app /app",
    )
    expect(args).toEqual([
      { name: "VERSION", value: "3.11", line: 1 },
      { name: "PLAIN", line: 1 },
    ])
    expect(
      stages.map(({ index, name, from, line, endLine }) => [index, name, from, line, endLine]),
    ).toEqual([
      [
        0,
        "build",
        { image: "python:${VERSION}", platform: "$BUILDPLATFORM", line: 2, endLine: 2 },
        2,
        3,
      ],
      [1, undefined, { stage: 0, line: 5, endLine: 5 }, 5, 6],
    ])
    expect(stages[1]?.instructions[0]).toMatchObject({
      keyword: "COPY",
      flags: [{ name: "link" }, { name: "from", value: "build" }],
      args: ["/app", "/app"],
    })
  })

  it("takes a stage name in FROM only in lower case, as Docker does", () => {
    const { stages } = read("FROM a AS Build", "FROM Build")
    expect(stages[1]?.from).toMatchObject({ image: "Build" })
  })
})

describe("lines", () => {
  it("joins continued lines, and leaves out the comments between them", () => {
    const [run, next] = instructions(
      "RUN one \\",
      "  # why",
      "  && two \\",
      "# more",
      " three",
      "USER x",
    )
    expect(run).toMatchObject({ line: 2, endLine: 6, text: "one   && two  three" })
    expect(next).toMatchObject({ keyword: "USER", line: 7, args: ["x"] })
  })

  it("does not join after an escaped backslash", () => {
    expect(instructions("RUN dir c:\\\\", "USER x").map(({ keyword }) => keyword)).toEqual([
      "RUN",
      "USER",
    ])
  })

  it("joins with the escape character that a directive sets", () => {
    const { escape, stages } = read("# escape=`", "FROM a", "COPY x c:\\", "RUN a `", " b")
    expect(escape).toBe("`")
    expect(stages[0]?.instructions.map(({ text }) => text)).toEqual(["x c:\\", "a  b"])
  })

  it("takes directives only from the very top", () => {
    expect(read("# syntax=docker/dockerfile:1", "FROM a").syntax).toBe("docker/dockerfile:1")
    expect(read("# a comment", "# escape=`", "FROM a").escape).toBe("\\")
  })

  it("reads Windows line ends and a byte order mark", () => {
    const { stages, issues } = parse("\uFEFFFROM a\r\nRUN x \\\r\n y\r\nUSER z\r\n", "Dockerfile")
    expect(issues).toEqual([])
    expect(stages[0]?.instructions.map(({ text, line }) => [text, line])).toEqual([
      ["x  y", 2],
      ["z", 4],
    ])
  })
})

describe("heredocs", () => {
  it("keeps their content away from the instructions", () => {
    const found = instructions("RUN <<EOF", "FROM trap", "EOF", "USER x")
    expect(found.map(({ keyword, line, endLine }) => [keyword, line, endLine])).toEqual([
      ["RUN", 2, 4],
      ["USER", 5, 5],
    ])
    expect(found[0]?.heredocs).toEqual([
      { name: "EOF", content: "FROM trap\n", expand: true, chomp: false, line: 3, endLine: 4 },
    ])
  })

  it("reads several of one line in order, quoted and with tabs", () => {
    const [copy] = instructions("COPY <<'a b' <<-END /x/", "1", "a b", "\t2", "\tEND")
    expect(copy?.heredocs).toEqual([
      { name: "a b", content: "1\n", expand: false, chomp: false, line: 3, endLine: 4 },
      { name: "END", content: "\t2\n", expand: true, chomp: true, line: 5, endLine: 6 },
    ])
  })

  it.each([
    ["a quoted text", 'RUN echo "<<EOF"'],
    ["a here-string", "RUN cat <<<word"],
    ["a JSON array", 'RUN ["echo", "<<EOF"]'],
    ["an arithmetic shift", "RUN echo $((1 << 2))"],
    ["an instruction without heredocs", "CMD cat <<EOF"],
    ["a line with an open quote", "RUN echo it's <<EOF"],
  ])("does not see one in %s", (_, line) => {
    expect(instructions(line, "USER x").map(({ keyword }) => keyword)).toHaveLength(2)
  })

  it("finds one that ONBUILD puts off", () => {
    const [onbuild] = instructions("ONBUILD RUN <<EOF", "x", "EOF")
    expect(onbuild?.trigger?.heredocs).toHaveLength(1)
    expect(onbuild?.endLine).toBe(4)
  })
})

describe("arguments", () => {
  it.each([
    ['CMD ["a", "b c"]', "exec", ["a", "b c"]],
    ["CMD a b  c", "shell", ["a b  c"]],
    ["CMD []", "exec", []],
    ['COPY ["a b", "c"]', "exec", ["a b", "c"]],
    ["COPY a  b\tc", "shell", ["a", "b", "c"]],
    ["EXPOSE 80 443/tcp", "shell", ["80", "443/tcp"]],
    ["USER app:app", "shell", ["app:app"]],
    ['HEALTHCHECK --interval=5s CMD ["curl", "x"]', "exec", ["CMD", "curl", "x"]],
    ["HEALTHCHECK NONE", "shell", ["NONE"]],
  ])("%s", (line, form, args) => {
    expect(instructions(line)[0]).toMatchObject({ form, args })
  })

  it.each([
    [
      'ENV A=1 B="x y" C=a\\ b',
      [
        ["A", "1"],
        ["B", '"x y"'],
        ["C", "a\\ b"],
      ],
    ],
    ["ENV OLD some value=1", [["OLD", "some value=1"]]],
    [
      "ARG A B=2",
      [
        ["A", undefined],
        ["B", "2"],
      ],
    ],
    ["LABEL a.b=c", [["a.b", "c"]]],
  ])("%s", (line, pairs) => {
    expect(instructions(line)[0]?.pairs.map(({ name, value }) => [name, value])).toEqual(pairs)
  })

  it("reads flags in quotes, and stops at the first word that is none", () => {
    const [run] = instructions("RUN --mount='type=bind,source=a b' --network=none echo --x=y")
    expect(run?.flags).toEqual([
      { name: "mount", value: "type=bind,source=a b" },
      { name: "network", value: "none" },
    ])
    expect(run?.text).toBe("echo --x=y")
  })
})

describe("issues", () => {
  it.each<[string, string[], string[]]>([
    ["an empty file", [""], ["error empty 1"]],
    ["comments alone", ["# nothing"], ["error empty 1"]],
    ["no FROM", ["ARG A=1"], ["error missing-from 1"]],
    ["an instruction before FROM", ["RUN x", "FROM a"], ["error missing-from 1"]],
    ["an unknown instruction", ["FROM a", "RNU x"], ["error unknown-instruction 2"]],
    ["words after the image", ["FROM a b"], ["error from 1"]],
    ["a bad stage name", ["FROM a AS 1st"], ["error stage-name 1"]],
    ["a name given twice", ["FROM a AS x", "FROM b AS X"], ["warning stage-name 2"]],
    ["an unknown flag", ["FROM a", "COPY --form=b x y"], ["error unknown-flag 2"]],
    ["a flag without value", ["FROM a", "COPY --from x y"], ["error flag 2"]],
    ["no destination", ["FROM a", "COPY x"], ["error arguments 2"]],
    ["an array that is no JSON", ["FROM a", "CMD ['a', 'b']"], ["warning json-array 2"]],
    ["an array without its end", ["FROM a", 'CMD ["a"'], ["warning json-array 2"]],
    ["an array of numbers", ["FROM a", "CMD [1]"], ["error json-array 2"]],
    ["SHELL without an array", ["FROM a", "SHELL bash"], ["error json-array 2"]],
    ["an open heredoc", ["FROM a", "RUN <<EOF", "x"], ["error heredoc 2"]],
    ["a heredoc as destination", ["FROM a", "COPY x <<EOF", "EOF"], ["error arguments 2"]],
    ["an assignment without value", ["FROM a", "ENV A"], ["error assignment 2"]],
    ["a variable in --from", ["FROM a", "COPY --from=$B x y"], ["error from-variable 2"]],
    ["an unknown mount", ["FROM a", "RUN --mount=type=bnd x"], ["error mount 2"]],
    ["ONBUILD FROM", ["FROM a", "ONBUILD FROM b"], ["error onbuild 2"]],
    ["a broken trigger", ["FROM a", "ONBUILD COPY x"], ["error arguments 2"]],
    ["an unknown health check", ["FROM a", "HEALTHCHECK curl x"], ["error healthcheck 2"]],
    ["a blank line inside", ["FROM a", "RUN x \\", "", " y"], ["warning blank-continuation 3"]],
    ["a wrong escape", ["# escape=x", "FROM a"], ["error directive 1"]],
    ["Windows ends in a heredoc", ["FROM a", "RUN <<E\r", "x\r", "E\r"], ["warning line-ends 3"]],
    ["a test of the shell", ["FROM a", 'RUN [ -f "x" ] && [[ "$a" = b ]]'], []],
    ["a pattern of the shell", ["FROM a", "COPY [a-z]*.txt ./"], []],
  ])("%s", (_, lines, expected) => {
    expect(problems(...lines)).toEqual(expected)
  })

  it("suggests what was probably meant", () => {
    const [issue] = read("FROM a", "RNU x").issues
    expect(issue).toMatchObject({ file: "Dockerfile", fix: "Did you mean RUN?" })
  })
})

describe("any text", () => {
  it("is read without an error being thrown", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => void parse(text, "Dockerfile")),
    )
    fc.assert(fc.property(dockerfileText, (text) => void parse(text, "Dockerfile")))
  })

  it("gives instructions whose lines follow each other and begin with their keyword", () => {
    fc.assert(
      fc.property(dockerfileText, (text) => {
        const lines = text.split("\n")
        let last = 0
        for (const { stages } of [parse(text, "Dockerfile")]) {
          for (const { from, instructions: own } of stages) {
            for (const { keyword, line, endLine } of [{ keyword: "FROM", ...from }, ...own]) {
              expect(line).toBeGreaterThan(last)
              expect(endLine).toBeGreaterThanOrEqual(line)
              expect(endLine).toBeLessThanOrEqual(lines.length)
              // A comment may stand between the lines of a continued word.
              const written = lines
                .slice(line - 1, endLine)
                .filter((part, index) => index === 0 || !/^\s*#/.test(part))
                .join("")
                .replace(/[\\`\s]/g, "")
              expect(written.toUpperCase()).toContain(keyword.replace(/[\\`\s]/g, ""))
              last = endLine
            }
          }
        }
      }),
    )
  })
})
