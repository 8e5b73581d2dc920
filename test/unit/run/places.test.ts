import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { placesIn } from "../../../ci/src/run/places.js"

const FILES = new Set([
  "services/chat/chat/rooms.py",
  "services/chat/tests/test_rooms.py",
  "libs/kit/kit.py",
  "services/chat/x.test.js",
])
const places = (...lines: string[]) =>
  placesIn(lines, "services/chat", (path) => FILES.has(path), "it failed")

describe("places in output", () => {
  it.each([
    ["ruff", "chat/rooms.py:3:5: F401 unused", ["services/chat/chat/rooms.py", 3, "F401 unused"]],
    [
      "pytest",
      "tests/test_rooms.py:12: AssertionError",
      ["services/chat/tests/test_rooms.py", 12, "AssertionError"],
    ],
    ["go", "    tests/test_rooms.py:7: want 1", ["services/chat/tests/test_rooms.py", 7, "want 1"]],
    [
      "node",
      "    at Context.<anonymous> (file:///src/services/chat/x.test.js:10:5)",
      ["services/chat/x.test.js", 10, "it failed"],
    ],
    ["a library", "libs/kit/kit.py:1: in start", ["libs/kit/kit.py", 1, "in start"]],
    [
      "a container's path",
      "/src/services/chat/chat/rooms.py:8: KeyError",
      ["services/chat/chat/rooms.py", 8, "KeyError"],
    ],
  ])("reads %s", (_, line, [file, number, message]) =>
    expect(places(line)).toEqual([{ file, line: number, message }]),
  )

  it.each([
    "12:30:01 started",
    "/usr/lib/python3.11/json.py:3: x",
    "../../etc/passwd.txt:1: x",
    "http://host.example:80/x",
    "other.py:3: not of the repository",
  ])("takes nothing else for one: %s", (line) => expect(places(line)).toEqual([]))

  it("names a line once, and ten lines at most", () => {
    const line = (number: number) => `chat/rooms.py:${number}: x`
    expect(places(line(1), line(1))).toHaveLength(1)
    expect(places(...Array.from({ length: 30 }, (_, index) => line(index + 1)))).toHaveLength(10)
  })

  it("survives any output", () => {
    fc.assert(fc.property(fc.array(fc.string()), (lines) => void places(...lines)))
  })
})
