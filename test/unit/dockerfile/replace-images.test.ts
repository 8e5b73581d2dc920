import { expect, it } from "vitest"
import { parse } from "../../../ci/src/dockerfile/parse.js"
import { replaceImages } from "../../../ci/src/dockerfile/replace-images.js"

const digest = `sha256:${"0".repeat(64)}`
const pin = (reference: string) => `${reference}@${digest}`

function replace(lines: string[], by: (reference: string) => string | undefined = pin) {
  const text = lines.join("\n")
  const result = replaceImages(text, parse(text, "Dockerfile"), {}, by)
  return { ...result, lines: result.text.split("\n") }
}

it("replaces every image that is used, and keeps the line numbers", () => {
  const { lines, replaced, missed } = replace([
    "ARG V=3.11",
    "FROM --platform=$BUILDPLATFORM \\",
    "  python:$V AS Build",
    "RUN --mount=from=x:1,target=/a --mount=type=bind,from=x:1,target=/b make",
    "FROM build",
    "COPY --link --from=y:1 /y /y",
  ])
  expect(lines).toEqual([
    "ARG V=3.11",
    `FROM --platform=$BUILDPLATFORM python:3.11@${digest} AS build`,
    "",
    `RUN --mount=from=x:1@${digest},target=/a --mount=type=bind,from=x:1@${digest},target=/b make`,
    "FROM build",
    `COPY --link --from=y:1@${digest} /y /y`,
  ])
  expect(replaced.map(({ image }) => image.line)).toEqual([2, 4, 4, 6])
  expect(missed).toEqual([])
})

it("leaves alone what it is told to leave alone", () => {
  const lines = ["FROM a:1", "COPY --from=b:1 x y"]
  expect(replace(lines, () => undefined)).toMatchObject({ lines, replaced: [] })
})

it("says which image it could not find in the text", () => {
  const { missed } = replace(["FROM a@" + digest, 'COPY --from="b":1 x y'], (reference) =>
    reference === "b:1" ? "c:1" : undefined,
  )
  expect(missed).toMatchObject([{ reference: "b:1", line: 2 }])
})
