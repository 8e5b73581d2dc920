/** Why a step's processes were ended before they ended by themselves. */
export type Stop =
  | { by: "timeout" }
  /** MiB that were in use. */
  | { by: "memory"; used: number }

/** What a step's script wrote down about its command. */
export interface Verdict {
  /** Seconds since 1970. */
  startedAt: number
  exitCode: number
  stopped: Stop | null
  /** Whether the command was not run, because what had to come before it failed. */
  blocked: boolean
  /** Whether the kernel ended a process of the step because memory had run out. */
  outOfMemory: boolean
  /** What is worth knowing even when the command passed; one line each. */
  remarks: string[]
  /** Files that the command left as reports, relative to the report folder. */
  reports: string[]
}

/** The line between what the script of a step wrote down and the last lines of the command's output. */
export const TAIL_MARK = "output"

const LEFT_LENGTH = 200

/** Reads what the script of a step writes: lines "name value", then the end of the output. */
export function parseVerdict(text: string): Verdict & { tail: string } {
  const [lines = "", ...rest] = text.split(`\n${TAIL_MARK}\n`)
  return { ...parseLines(lines), tail: rest.join(`\n${TAIL_MARK}\n`) }
}

function parseLines(text: string): Verdict {
  const verdict: Verdict = {
    startedAt: 0,
    exitCode: 0,
    stopped: null,
    blocked: false,
    outOfMemory: false,
    remarks: [],
    reports: [],
  }
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ")
    const name = line.slice(0, space)
    const value = line.slice(space + 1)
    if (name === "started") verdict.startedAt = Number(value)
    else if (name === "code") verdict.exitCode = Number(value)
    else if (name === "stopped") verdict.stopped = parseStop(value)
    else if (name === "blocked") verdict.blocked = true
    else if (name === "oom_kill") verdict.outOfMemory = true
    else if (name === "report") verdict.reports.push(value)
    else if (name === "left")
      verdict.remarks.push(
        `left processes behind, which were ended: ${value.slice(0, LEFT_LENGTH)}`,
      )
    else if (name === "cut")
      verdict.remarks.push(
        `printed more than ${Number(value) / 1_000_000} MB; only the end is kept`,
      )
    else if (name === "large")
      verdict.remarks.push(`its report ${value.replace(/^\//, "")} is too large and was dropped`)
  }
  return verdict
}

function parseStop(value: string): Stop {
  const [by, used] = value.split(" ")
  return by === "memory" ? { by, used: Number(used) } : { by: "timeout" }
}
