import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { updatePins } from "../../../ci/src/config/update-pins.js"

const OLD = `sha256:${"0".repeat(64)}`
const NEW = `sha256:${"1".repeat(64)}`
const TAG = "python:3.11-slim"

describe("updatePins", () => {
  it.each([
    ["a digest", `images:\n  python:3.11-slim: ${OLD} # slim\njobs: 2\n`],
    ["a quoted key and digest", `images:\n  "python:3.11-slim": "${OLD}"\n`],
    [
      "a digest beside a mirror",
      `images:\n    python:3.11-slim:\n        mirror: m.example.com/python:3.11-slim\n        digest: ${OLD}\n`,
    ],
    ["flow style", `images: { "python:3.11-slim": { digest: ${OLD} }, x:1: ${OLD} }\n`],
  ])("changes %s, and nothing beside it", (_, text) => {
    const updated = updatePins(text, new Map([[TAG, NEW]]))
    // What was quoted needs no quotes.
    expect(updated.replace(NEW, OLD)).toBe(text.replace(`"${OLD}"`, OLD))
    expect(JSON.stringify(parse(updated).images[TAG])).toContain(NEW)
  })

  it.each([
    ["a file without images", "jobs: 2\n"],
    ["a file that ends without a newline", "jobs: 2"],
    ["no file", ""],
    ["images with nothing in it", "images:\njobs: 2\n"],
    ["empty images", "images: {}\njobs: 2\n"],
    ["other images", `images:\n    # why\n    "go:1": ${OLD} # one\njobs: 2\n`],
    ["other images in flow style", `images: { "go:1": ${OLD} }\n`],
  ])("adds a tag to %s", (_, text) => {
    const before = (text === "" ? {} : parse(text)) as { images?: object }
    const updated = updatePins(text, new Map([[TAG, NEW]]))
    expect(parse(updated)).toEqual({ ...before, images: { ...before.images, [TAG]: NEW } })
    for (const line of text.split("\n").filter((each) => each.includes("#")))
      expect(updated).toContain(line)
  })

  it("leaves a text alone when there is nothing to change", () => {
    const text = `images: {  }\n`
    expect(updatePins(text, new Map())).toBe(text)
  })
})
