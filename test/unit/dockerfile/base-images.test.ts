import { describe, expect, it } from "vitest"
import { baseImages } from "../../../ci/src/dockerfile/base-images.js"
import type { BuildOptions } from "../../../ci/src/dockerfile/expand.js"
import { expandArgs } from "../../../ci/src/dockerfile/expand.js"
import { parse } from "../../../ci/src/dockerfile/parse.js"

function images(lines: string[], options: BuildOptions = {}) {
  const found = baseImages(parse(lines.join("\n"), "Dockerfile"), options)
  return found.map(({ reference, line }) => `${line} ${reference}`)
}

const multiStage = [
  "FROM golang:1.24 AS build",
  "RUN --mount=type=bind,from=tools:1,target=/t make",
  "FROM node:20 AS unused",
  "FROM build AS more",
  "FROM scratch",
  "COPY --from=more /app /app",
  "COPY --from=busybox:1.36 /bin/sh /bin/sh",
]

describe("baseImages", () => {
  it("follows stages, COPY --from and mounts, and leaves out unused stages and scratch", () => {
    expect(images(multiStage)).toEqual(["1 golang:1.24", "2 tools:1", "7 busybox:1.36"])
  })

  it("stops at the target", () => {
    expect(images(multiStage, { target: "UNUSED" })).toEqual(["3 node:20"])
  })

  it("names every image when there is no such target", () => {
    expect(images(multiStage, { target: "none" })).toHaveLength(4)
  })

  it.each<[string, BuildOptions, string]>([
    ["the default of ARG", {}, "3 python:3.11-slim"],
    ["a build argument", { args: { VERSION: "3.12" } }, "3 python:3.12-slim"],
  ])("puts in %s", (_, options, expected) => {
    const lines = ["ARG VERSION=3.11", "ARG BASE=python:$VERSION-slim", "FROM ${BASE}"]
    expect(images(lines, options)).toEqual([expected])
  })

  it("follows a variable that names a stage", () => {
    const lines = ["ARG ENV=dev", "FROM a AS dev", "FROM b AS prod", "FROM $ENV"]
    expect(images(lines)).toEqual(["2 a"])
    expect(images(lines, { args: { ENV: "prod" } })).toEqual(["3 b"])
  })

  it("knows the platform arguments", () => {
    const lines = ["FROM --platform=$BUILDPLATFORM a:$TARGETARCH"]
    const [image] = baseImages(parse(lines.join("\n"), "D"), { platform: "linux/arm64" })
    expect(image).toMatchObject({ reference: "a:arm64", platform: "linux/arm64" })
    const across = { platform: "linux/arm64", buildPlatform: "linux/amd64" }
    const [stage] = baseImages(parse(lines.join("\n"), "D"), across)
    expect(stage).toMatchObject({ reference: "a:arm64", platform: "linux/amd64" })
  })

  it("takes COPY --from by number, a mount only by name", () => {
    expect(images(["FROM a", "FROM b", "COPY --from=0 x y"])).toEqual(["1 a", "2 b"])
    expect(images(["FROM a", "FROM b", "RUN --mount=from=0,target=/x y"])).toEqual(["2 b", "3 0"])
  })

  it("runs the triggers of the stage below", () => {
    const lines = ["FROM a AS base", "ONBUILD COPY --from=c x y", "FROM base"]
    expect(images(lines)).toEqual(["1 a", "2 c"])
    expect(images(lines, { target: "base" })).toEqual(["1 a"])
  })
})

describe("expandArgs", () => {
  it("follows ARG and ENV through stages", () => {
    const text = [
      "ARG GLOBAL=g",
      "FROM a AS one",
      "ARG GLOBAL",
      "ARG LOCAL=$GLOBAL-l",
      "ENV E=${LOCAL}-e",
      "FROM one",
      "ENV F=$E-f E=new",
    ].join("\n")
    const { stages } = expandArgs(parse(text, "D"), { args: { GLOBAL: "given" } })
    expect(Object.fromEntries(stages[1]?.env ?? [])).toEqual({
      GLOBAL: "given",
      LOCAL: "given-l",
      E: "new",
      F: "given-l-e-f",
    })
  })

  it.each([
    ["an ARG below FROM", ["FROM a", "ARG BASE=b", "FROM $BASE"], 3],
    ["an ARG without value", ["ARG BASE", "FROM $BASE"], 2],
    ["a reference without end", ["FROM ${BASE"], 1],
  ])("reports a FROM that uses %s", (_, lines, line) => {
    const { issues } = expandArgs(parse(lines.join("\n"), "D"))
    expect(issues).toMatchObject([{ severity: "error", line }])
  })
})
