const REDRAW_EVERY_MS = 200
const HEARTBEAT_AFTER_MS = 30_000
/** Lines of what goes on that a terminal shows at most. */
const MOST_LINES = 12
const INDENT = "          "

/**
 * What a run shows on standard error: lines that stay, and what goes on right
 * now. On a terminal that is a block of lines that is redrawn; elsewhere it is one line that is
 * said again after half a minute of silence, because silence looks like a hang.
 */
export class Screen {
  /**
   * @param {{status: () => string, live: () => string[]}} progress what goes on now, in one line and for a terminal; empty for nothing
   * @param {{stream?: NodeJS.WriteStream, environment?: NodeJS.ProcessEnv}} [seams]
   */
  constructor(progress, { stream = process.stderr, environment = process.env } = {}) {
    this.progress = progress
    this.stream = stream
    this.live = Boolean(stream.isTTY) && environment.TERM !== "dumb"
    this.colour = Boolean(stream.isTTY) && environment.TERM !== "dumb" && !environment.NO_COLOR
    this.lastLine = Date.now()
    this.drawn = ""
    this.timer = setInterval(() => this.tick(), this.live ? REDRAW_EVERY_MS : 1000)
  }

  /** @param {string} text */
  line(text) {
    this.clear()
    this.stream.write(`${text}\n`)
    this.lastLine = Date.now()
    if (this.live) this.draw()
  }

  tick() {
    if (this.live) return this.draw()
    if (Date.now() - this.lastLine < HEARTBEAT_AFTER_MS) return
    const status = this.progress.status()
    if (status) this.line(`${INDENT}still running: ${status}`)
  }

  draw() {
    // 0 where a pseudo-terminal was given no size.
    const columns = this.stream.columns || 80
    const rows = this.stream.rows || 24
    const room = Math.max(1, Math.min(MOST_LINES, rows - 2))
    const text = fit(this.progress.live(), room)
      // A line that wraps could not be taken back.
      .map((line) => cut(`${INDENT}${line}`, columns - 1))
      .join("\n")
    if (text === this.drawn) return
    this.clear()
    this.stream.write(text)
    this.drawn = text
  }

  clear() {
    if (this.drawn === "") return
    const above = this.drawn.split("\n").length - 1
    this.stream.write(`\r\u001b[K${"\u001b[1A\u001b[K".repeat(above)}`)
    this.drawn = ""
  }

  close() {
    clearInterval(this.timer)
    this.clear()
  }
}

/**
 * @param {string[]} lines
 * @param {number} most
 */
function fit(lines, most) {
  if (lines.length <= most) return lines
  return [...lines.slice(0, most - 1), `and ${lines.length - most + 1} more`]
}

/**
 * @param {string} text
 * @param {number} width
 */
export function cut(text, width) {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
