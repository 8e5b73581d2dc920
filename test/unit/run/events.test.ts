import { expect, it } from "vitest"
import { EVENT_PREFIX, formatEvent } from "../../../ci/src/run/events.js"
import { failed } from "./rows.js"

it("writes an event as one line that a reader can tell from other output", () => {
  const line = formatEvent({
    event: "row",
    row: failed("api", "test", { tail: ["two\nlines", "ünï"] }),
  })
  expect(line.startsWith(EVENT_PREFIX)).toBe(true)
  expect(line).not.toContain("\n")
  expect(JSON.parse(line)).toMatchObject({
    pipelineEvent: 1,
    event: "row",
    row: { service: "api", tail: ["two\nlines", "ünï"] },
  })
})
