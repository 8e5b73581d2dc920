import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"
import { randomBytes } from "node:crypto"

/** How many runs are kept in a repository. */
export const RUNS_KEPT = 50

/**
 * The files of one run in `.pipeline/runs`: `<id>.jsonl` holds its events, one
 * a line, `<id>.log` everything dagger said. They are written as things happen,
 * so they survive whatever ends the run. Not being able to write them is a
 * warning: the run itself is worth more.
 */
export class RunFiles {
  /**
   * @param {string} root of the repository
   * @param {(warning: string) => void} warn
   */
  constructor(root, warn) {
    this.folder = join(root, ".pipeline", "runs")
    this.warn = warn
    this.id = newId()
    this.hasEvents = false
    /** @type {number | undefined} */
    this.log = undefined
    this.attempt(() => {
      mkdirSync(this.folder, { recursive: true })
      writeOnce(join(root, ".pipeline", ".gitignore"), "*\n")
      this.log = openSync(this.logFile, "a")
    })
  }

  get logFile() {
    return join(this.folder, `${this.id}.log`)
  }

  get eventsFile() {
    return join(this.folder, `${this.id}.jsonl`)
  }

  /** @param {Uint8Array} chunk of dagger's progress, as it came */
  addOutput(chunk) {
    const { log } = this
    if (log !== undefined) this.attempt(() => writeSync(log, chunk))
  }

  /**
   * From here on the files bear the run's own id.
   *
   * @param {string} id
   */
  rename(id) {
    const before = this.logFile
    this.id = id
    if (this.log !== undefined) this.attempt(() => renameSync(before, this.logFile))
  }

  /** @param {string} line one event; short enough for one write, so that a kill leaves whole lines */
  addEvent(line) {
    if (this.log === undefined) return
    this.attempt(() => appendFileSync(this.eventsFile, `${line}\n`))
    this.hasEvents = true
  }

  /** @param {{keepLog: boolean}} options a call without events and without an error leaves nothing behind */
  close({ keepLog }) {
    const { log } = this
    if (log === undefined) return
    this.log = undefined
    this.attempt(() => {
      closeSync(log)
      if (!keepLog && !this.hasEvents) rmSync(this.logFile, { force: true })
      for (const name of expired(readdirSync(this.folder)))
        rmSync(join(this.folder, name), { force: true })
    })
  }

  /** @param {() => void} write */
  attempt(write) {
    try {
      write()
    } catch (error) {
      this.log = undefined
      this.warn(`the run's record can't be kept: ${error instanceof Error ? error.message : error}`)
    }
  }
}

/** How many runs `engine prune` leaves in a repository. */
const RUNS_LEFT = 5

/**
 * Removes the records of all but the last few runs.
 *
 * @param {string} root of the repository
 * @returns {number} bytes freed
 */
export function pruneRuns(root) {
  const folder = join(root, ".pipeline", "runs")
  if (!existsSync(folder)) return 0
  const files = expired(readdirSync(folder), RUNS_LEFT).map((name) => join(folder, name))
  const freed = files.reduce((sum, file) => sum + statSync(file).size, 0)
  for (const file of files) rmSync(file, { force: true })
  return freed
}

/**
 * @param {string[]} names of the files of all runs
 * @param {number} [kept]
 * @returns {string[]} those of all but the newest runs; ids sort by time
 */
export function expired(names, kept = RUNS_KEPT) {
  const ids = [
    ...new Set(names.flatMap((name) => /^(.+)\.(?:jsonl|log)$/.exec(name)?.[1] ?? [])),
  ].sort()
  const gone = new Set(ids.slice(0, Math.max(0, ids.length - kept)))
  return names.filter((name) => gone.has(name.replace(/\.(?:jsonl|log)$/, "")))
}

/** Sorts among the ids that the module gives its runs. */
function newId() {
  return `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")}-${randomBytes(2).toString("hex")}`
}

/**
 * @param {string} file
 * @param {string} text
 */
function writeOnce(file, text) {
  if (!existsSync(file)) writeFileSync(file, text)
}
