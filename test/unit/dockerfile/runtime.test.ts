import { describe, expect, it } from "vitest"
import { parse } from "../../../ci/src/dockerfile/parse.js"
import { runtime } from "../../../ci/src/dockerfile/runtime.js"

function run(...lines: string[]) {
  return runtime(parse(lines.join("\n"), "Dockerfile"))
}

describe("runtime", () => {
  it.each([
    ["USER 10001:10001", { value: "10001:10001", uid: 10001, root: false, line: 2 }],
    ["USER app", { value: "app", root: false, line: 2 }],
    ["USER root", { value: "root", root: true, line: 2 }],
    ["USER 0:0", { value: "0:0", uid: 0, root: true, line: 2 }],
    ["USER $FROM_BASE", { value: "", line: 2 }],
  ])("%s", (line, user) => {
    expect(run("FROM a", line).user).toEqual(user)
  })

  it("inherits from the stages below, and lets the last one win", () => {
    const result = run(
      "FROM python:3.11 AS base",
      "ENV PORT=8000",
      "USER 1000",
      "EXPOSE 80",
      'CMD ["old"]',
      "FROM base",
      "USER 2000",
      "EXPOSE $PORT/udp",
      "HEALTHCHECK --interval=5s --retries=3 CMD curl -f localhost",
    )
    expect(result).toEqual({
      base: "python:3.11",
      user: { value: "2000", uid: 2000, root: false, line: 7 },
      ports: [
        { port: 80, protocol: "tcp", line: 4 },
        { port: 8000, protocol: "udp", line: 8 },
      ],
      command: { form: "exec", args: ["old"], line: 5 },
      healthcheck: {
        command: { form: "shell", args: ["curl -f localhost"], line: 9 },
        interval: "5s",
        retries: "3",
        line: 9,
      },
    })
  })

  it("drops an inherited command when the entrypoint changes", () => {
    expect(run("FROM a AS b", "CMD x", "FROM b", "ENTRYPOINT y").command).toBeUndefined()
    expect(run("FROM a", "CMD x", "ENTRYPOINT y").command).toMatchObject({ args: ["x"] })
  })

  it("reads ranges of ports, and ignores what is none", () => {
    expect(run("FROM a", "EXPOSE 8000-8002 http $NONE").ports.map(({ port }) => port)).toEqual([
      8000, 8001, 8002,
    ])
  })

  it("knows HEALTHCHECK NONE", () => {
    expect(run("FROM a", "HEALTHCHECK NONE").healthcheck).toEqual({ line: 2 })
  })
})
