import { expect, it } from "vitest"
import { normalisePlatform } from "../../../ci/src/config/platform.js"

it.each([
  ["linux/amd64", "linux/amd64"],
  ["linux/x86_64", "linux/amd64"],
  ["linux/amd64/v2", "linux/amd64/v2"],
  ["linux/arm64/v8", "linux/arm64"],
  ["linux/aarch64", "linux/arm64"],
  ["linux/arm", "linux/arm/v7"],
  ["linux/arm/v6", "linux/arm/v6"],
  ["linux/constructor", "linux/constructor"],
])("%s is written %s", (written, platform) => {
  expect(normalisePlatform(written)).toBe(platform)
})
