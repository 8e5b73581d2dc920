const REDRAW_EVERY_MS = 200
const HEARTBEAT_AFTER_MS = 30_000

/**
 * What a run shows on standard error: lines that stay, and what goes on right
 * now. On a terminal that is one line that is redrawn; elsewhere it is said
 * again after half a minute of silence, because silence looks like a hang.
 */
export class Screen {
  /**
   * @param {() => string} status what goes on now; empty for nothing
   * @param {{stream?: NodeJS.WriteStream, environment?: NodeJS.ProcessEnv}} [seams]
   */
  constructor(status, { stream = process.stderr, environment = process.env } = {}) {
    this.status = status
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
    const status = this.status()
    if (status) this.line(`          still running: ${status}`)
  }

  draw() {
    const status = this.status()
    const text = status && cut(`          ${status}`, (this.stream.columns || 80) - 1)
    if (text === this.drawn) return
    this.clear()
    this.stream.write(text)
    this.drawn = text
  }

  clear() {
    if (this.drawn === "") return
    this.stream.write("\r\u001b[K")
    this.drawn = ""
  }

  close() {
    clearInterval(this.timer)
    this.clear()
  }
}

/**
 * @param {string} text
 * @param {number} width
 */
export function cut(text, width) {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
