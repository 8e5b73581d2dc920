import { describe, expect, it } from "vitest"
import { formatChecks } from "../../../engine/launcher/engine-doctor.mjs"

describe("formatChecks", () => {
  it("shows each check, and under a problem the step that mends it", () => {
    expect(
      formatChecks([
        { name: "root", state: "ok", detail: "yes" },
        { name: "docker", state: "note", detail: "not installed" },
        { name: "go", state: "problem", detail: "no `go`", next: "install Go" },
      ]),
    ).toEqual([
      "ok       root    yes",
      "note     docker  not installed",
      "problem  go      no `go`",
      "                 next: install Go",
      "1 problem: the native engine can't run here yet.",
    ])
  })

  it("says when all is well", () => {
    expect(formatChecks([{ name: "root", state: "ok", detail: "yes" }]).at(-1)).toBe(
      "The native engine can run here.",
    )
  })
})
