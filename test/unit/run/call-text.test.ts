import { expect, it } from "vitest"
import { callText } from "../../../ci/src/run/call-text.js"

it("is what would be typed, without what is as by default", () => {
  const values = { changed: true, service: ["api", "chat"], base: undefined, eventName: "push" }
  expect(callText("ci", values)).toBe("ci --changed --service=api,chat --event-name=push")
  expect(callText("ci", { changed: false, service: [] })).toBe("ci")
})
