import { expect, it } from "vitest"
import { pinnedImage } from "../../../ci/src/config/image-pins.js"

const digest = `sha256:${"a".repeat(64)}`
const mirror = "registry.example.com/mirror/python:3.11-slim"

it.each([
  ["a digest", { digest }, [`python:3.11-slim@${digest}`], true],
  ["a mirror", { mirror }, [mirror, "python:3.11-slim"], false],
  [
    "both: the mirror first, each with the digest",
    { digest, mirror },
    [`${mirror}@${digest}`, `python:3.11-slim@${digest}`],
    true,
  ],
  [
    "a mirror that names a digest itself",
    { mirror: `${mirror}@${digest}` },
    [`${mirror}@${digest}`, "python:3.11-slim"],
    false,
  ],
])("gives what to ask for: %s", (_, pin, candidates, hasDigest) => {
  expect(pinnedImage({ "python:3.11-slim": pin }, "python:3.11-slim")).toEqual({
    candidates,
    hasDigest,
  })
})

it("finds an image under every spelling of its name", () => {
  const images = { "docker.io/library/python:3.11-slim": { digest } }
  expect(pinnedImage(images, "python:3.11-slim")).toBeDefined()
  expect(pinnedImage({ python: { digest } }, "docker.io/library/python:latest")).toBeDefined()
})

it.each([
  ["another tag", "python:3.12-slim"],
  ["a digest of its own", `python:3.11-slim@sha256:${"b".repeat(64)}`],
  ["no image at all", "Not An Image"],
])("says nothing about %s", (_, reference) => {
  expect(pinnedImage({ "python:3.11-slim": { digest } }, reference)).toBeUndefined()
})
