import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { stackPlace } from "../../../ci/src/run/stack-place.js"
import { lastLines, outputLines } from "../../../ci/src/run/tail.js"
import { parseVerdict } from "../../../ci/src/run/verdict.js"

describe("parseVerdict", () => {
  it("takes the end of the output apart, whatever is in it", () => {
    const tail = "output\ncode 7\n\noutput\nlast"
    expect(parseVerdict(`started 1\ncode 3\noutput\n${tail}`)).toMatchObject({ exitCode: 3, tail })
  })

  it("reads a command that ended", () => {
    expect(parseVerdict("started 12.5\ncode 1\nreport junit.xml\nreport files/a b.xml\n")).toEqual({
      startedAt: 12.5,
      exitCode: 1,
      stopped: null,
      blocked: false,
      outOfMemory: false,
      remarks: [],
      reports: ["junit.xml", "files/a b.xml"],
      tail: "",
    })
  })

  it.each([
    ["a command that could not begin", "blocked yes", { blocked: true }],
    ["a time-out", "stopped timeout", { stopped: { by: "timeout" } }],
    ["a memory limit", "stopped memory 530", { stopped: { by: "memory", used: 530 } }],
    ["a kill by the kernel", "oom_kill 2", { outOfMemory: true }],
    [
      "processes left behind",
      "left sleep 1000, sh -c x",
      { remarks: ["left processes behind, which were ended: sleep 1000, sh -c x"] },
    ],
    [
      "too much output",
      "cut 10000000",
      { remarks: ["printed more than 10 MB; only the end is kept"] },
    ],
    [
      "a huge report",
      "large /junit.xml",
      { remarks: ["its report junit.xml is too large and was dropped"] },
    ],
  ])("%s", (_, line, expected) => {
    expect(parseVerdict(`started 1\ncode 137\n${line}\n`)).toMatchObject(expected)
  })
})

describe("outputLines", () => {
  it.each([
    ["no output", "\n\n", []],
    ["colours", "\u001b[31mred\u001b[0m\n", ["red"]],
    ["a progress bar", "10 %\r50 %\r100 %\ndone\r\n", ["100 %", "done"]],
    ["bytes that are no text", "a\u0000b\u0007\tc", ["ab\tc"]],
    ["a title of the window", "\u001b]0;title\u0007text", ["text"]],
  ])("%s", (_, output, expected) => {
    expect(outputLines(output)).toEqual(expected)
  })

  it("leaves out noise, and makes room for what is no noise", () => {
    const noise = Array.from({ length: 100 }, () => "noise").join("\n")
    expect(outputLines(`why\n${noise}\nend`, /^noise$/)).toEqual(["why", "end"])
  })

  it("is small, whatever was printed", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2000 }), { maxLength: 200 }), (lines) => {
        const tail = lastLines(outputLines(lines.join("\n")))
        expect(tail.length).toBeLessThanOrEqual(60)
        expect(Math.max(0, ...tail.map((line) => line.length))).toBeLessThanOrEqual(400)
      }),
    )
  })
})

describe("stackPlace", () => {
  it.each([
    [
      "Python: the running thread, not the one that waits",
      [
        "Thread 0x1 (most recent call first):",
        '  File "/src/s/a/worker.py", line 3 in wait',
        "Current thread 0x2 (most recent call first):",
        '  File "/usr/lib/python3.11/time.py", line 1 in sleep',
        '  File "/src/s/a/tests/test_a.py", line 8 in test_hangs',
        '  File "/src/s/a/conftest.py", line 2 in fixture',
      ],
      "tests/test_a.py:8",
    ],
    [
      "Go",
      ["goroutine 8 [sleep]:", "a.TestHang(0x1)", "\t/src/s/a/h_test.go:11 +0x25"],
      "h_test.go:11",
    ],
    ["code of others only", ['  File "/src/libs/b/b.py", line 3 in f'], null],
    ["no stack", ["tests/test_a.py::test_a"], null],
  ])("%s", (_, lines, expected) => {
    expect(stackPlace(lines, "/src/s/a/")).toBe(expected)
  })
})
