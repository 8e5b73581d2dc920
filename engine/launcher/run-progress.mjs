import { phaseOf } from "./phases.mjs"
import { elapsed, nameWidth, rowLine } from "./row-lines.mjs"

/** @typedef {import("./progress-lines.mjs").Row} Row */
/** @typedef {import("./progress-lines.mjs").Event} Event */

/** A phase that was quicker is not worth a line of its own. */
const WORTH_A_LINE_MS = 2_000

/** How dagger names the step that ends when a program was built (ci/src/stages/scan-tool.ts). */
const BUILT = /^Container\.file\(path: "\/built\/(?<program>[\w-]+)"\)/

/** What takes less was only looked up. */
const WORTH_NAMING_MS = 10_000

/** What is known of a run from its progress so far: the state behind the screen. */
export class RunProgress {
  /**
   * @param {() => number} [now]
   * @param {{size: string, flags: string[]}} [upload] what goes to the engine
   */
  constructor(now = Date.now, upload = undefined) {
    this.now = now
    this.upload = upload
    this.phase = "starting dagger"
    this.phaseStarted = now()
    /** @type {string[]} */
    this.services = []
    /** @type {number | undefined} how many rows there will be */
    this.expected = undefined
    /** @type {Map<string, number>} "service stage" → when it began */
    this.running = new Map()
    /** @type {Map<number, {program: string, since: number}>} what is built from its sources, by dagger's step */
    this.building = new Map()
    /** @type {Row[]} */
    this.rows = []
    this.finished = false
    /** @type {number | undefined} exit code of a run whose stages have all ended */
    this.verdict = undefined
  }

  /**
   * @param {import("./progress-lines.mjs").ProgressLine} line
   * @param {{colour: boolean}} options
   * @returns {string | undefined} a line worth showing
   */
  take(line, { colour }) {
    if (line.kind === "event") return this.takeEvent(line.event, colour)
    if (line.kind === "step") this.takeStep(line)
    if (this.phase === "" || this.services.length > 0) return undefined
    const phase = phaseOf(line, this.upload)
    return phase === undefined || phase === this.phase ? undefined : this.enter(phase)
  }

  /** @param {{id: number, title: string, ended: boolean}} step */
  takeStep({ id, title, ended }) {
    const program = BUILT.exec(title)?.groups?.program
    if (ended) this.building.delete(id)
    else if (program !== undefined) this.building.set(id, { program, since: this.now() })
  }

  /** @returns {string[]} why a scan takes minutes the first time */
  builds() {
    const long = [...this.building.values()].filter(
      ({ since }) => this.now() - since >= WORTH_NAMING_MS,
    )
    const names = [...new Set(long.map(({ program }) => program))].sort()
    return names.length === 0
      ? []
      : [`building ${names.join(", ")} from Go modules, once for each version`]
  }

  /**
   * @param {Event} event
   * @param {boolean} colour
   */
  takeEvent(event, colour) {
    if (event.event === "run-started") {
      this.services = event.services
      this.expected = event.stages
      return this.enter("")
    }
    if (event.event === "stage-started")
      this.running.set(`${event.service} ${event.stage}`, this.now())
    if (event.event === "run-finished") {
      this.finished = true
      this.verdict = exitCodeOf(event.record)
    }
    if (event.event !== "row") return undefined
    this.running.delete(`${event.row.service} ${event.row.stage}`)
    this.rows.push(event.row)
    const position = this.expected === undefined ? "" : `(${this.rows.length} of ${this.expected})`
    return rowLine(event.row, { services: this.services, position, colour })
  }

  /** @param {string} phase */
  enter(phase) {
    const took = this.now() - this.phaseStarted
    const line =
      took >= WORTH_A_LINE_MS && this.phase !== ""
        ? `${`${(took / 1000).toFixed(1)}s`.padStart(8)}  ${this.phase}`
        : undefined
    this.phase = phase
    this.phaseStarted = this.now()
    return line
  }

  /**
   * What goes on now, for a terminal: how far the run is, then each stage that runs, the longest first.
   *
   * @returns {string[]}
   */
  live() {
    if (this.phase !== "" || this.finished || this.services.length === 0) {
      const status = this.status()
      return status === "" ? [] : [status]
    }
    const bad = this.rows.filter(({ status }) => status === "failed" || status === "error").length
    const count =
      this.expected === undefined
        ? `stages done: ${this.rows.length}`
        : `${this.rows.length} of ${this.expected} stages done`
    const failed = bad === 0 ? "" : `, ${bad} failed`
    const width = nameWidth(this.services)
    return [
      `${count}${failed}, ${elapsed(this.now() - this.phaseStarted)}`,
      ...[...this.running].map(([name, since]) => {
        const [service = "", stage = ""] = name.split(" ")
        return `${service.padEnd(width)}  ${stage.padEnd(9)}  ${elapsed(this.now() - since)}`
      }),
      ...this.builds(),
    ]
  }

  /** @returns {string} what goes on now, in one line */
  status() {
    if (this.phase !== "") return `${elapsed(this.now() - this.phaseStarted)}  ${this.phase} ...`
    if (this.finished) return ""
    const stages = [...this.running].map(
      ([name, since]) => `${name} ${elapsed(this.now() - since)}`,
    )
    const count =
      this.expected === undefined
        ? `stages done: ${this.rows.length}`
        : `${this.rows.length} of ${this.expected} stages done`
    return [count, ...stages, ...this.builds()].join(" · ")
  }
}

/** @param {object} record */
function exitCodeOf(record) {
  return "exitCode" in record && typeof record.exitCode === "number" ? record.exitCode : undefined
}
