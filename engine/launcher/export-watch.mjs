/** What dagger's progress calls the writing of the cache, after the function has ended. */
const TITLE = "cache export"

/**
 * Follows the writing of the cache, and ends it when it takes too long: dagger's
 * own limit does not hold where the registry takes connections and never answers.
 */
export class ExportWatch {
  /**
   * @param {number | undefined} limitMs undefined for none
   * @param {() => void} onLate called once
   */
  constructor(limitMs, onLate) {
    this.limitMs = limitMs
    this.onLate = onLate
    this.running = false
    this.late = false
    /** @type {NodeJS.Timeout | undefined} */
    this.timer = undefined
  }

  /** @param {import("./progress-lines.mjs").ProgressLine} line */
  take(line) {
    if (line.kind !== "step" || line.depth > 0 || line.title !== TITLE) return
    this.stop()
    this.running = !line.ended
    if (line.ended || this.limitMs === undefined) return
    this.timer = setTimeout(() => {
      this.late = true
      this.onLate()
    }, this.limitMs)
  }

  stop() {
    clearTimeout(this.timer)
  }
}
