import { afterEach, expect, it } from "vitest"
import { Screen } from "../../../engine/launcher/screen.mjs"
import { shown } from "./terminal.js"

let screens: Screen[] = []
afterEach(() => {
  for (const screen of screens) screen.close()
  screens = []
})

/** A screen of which the test decides what goes on. */
function open(isTTY: boolean, size = { columns: 60, rows: 24 }) {
  let sent = ""
  let now: string[] = []
  const write = (text: string) => {
    sent += text
    return true
  }
  const progress = { status: () => now.join(" · "), live: () => now }
  const stream = { isTTY, write, ...size } as unknown as NodeJS.WriteStream
  const screen = new Screen(progress, { stream, environment: {} })
  screens.push(screen)
  return {
    screen,
    draw(...lines: string[]) {
      now = lines
      screen.tick()
      return shown(sent)
    },
    shown: () => shown(sent),
    sent: () => sent,
  }
}

it("shows every stage that runs below the lines that stay, and takes it back", () => {
  const { screen, draw, shown } = open(true)
  expect(draw("1 of 4 stages done", "api  test  2 s", "web  scan  1 s")).toEqual([
    "          1 of 4 stages done",
    "          api  test  2 s",
    "          web  scan  1 s",
  ])
  screen.line("    2.0s  ok  api  test")
  expect(shown()).toEqual([
    "    2.0s  ok  api  test",
    "          1 of 4 stages done",
    "          api  test  2 s",
    "          web  scan  1 s",
  ])
  expect(draw("2 of 4 stages done")).toEqual([
    "    2.0s  ok  api  test",
    "          2 of 4 stages done",
  ])
  screen.close()
  expect(shown()).toEqual(["    2.0s  ok  api  test"])
})

it("stays within the terminal, so that nothing wraps or scrolls away", () => {
  const { draw } = open(true, { columns: 30, rows: 6 })
  const lines = draw("0 of 40 stages done", ...Array.from({ length: 8 }, () => "x".repeat(50)))
  expect(lines).toHaveLength(4)
  expect(lines.at(-1)).toBe("          and 6 more")
  for (const line of lines) expect(line.length).toBeLessThan(30)
})

it("takes a terminal that has no size for a usual one", () => {
  const { draw } = open(true, { columns: 0, rows: 0 })
  expect(draw("1 of 4 stages done", "api  test  2 s")).toHaveLength(2)
})

it("is plain in CI: lines that stay, and no sequence", () => {
  const { screen, draw, sent } = open(false)
  draw("1 of 4 stages done", "api  test  2 s")
  screen.line("    2.0s  ok  api  test")
  expect(sent()).toBe("    2.0s  ok  api  test\n")
})
