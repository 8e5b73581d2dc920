import type { ServerLog } from "./rows.js"

const HEADING = "--- log of "
const KEPT_LINES = 60

/** Reads what `ask.sh logs` printed: a heading for every server, then its lines. */
export function readServerLogs(output: string): ServerLog[] {
  const logs: ServerLog[] = []
  for (const line of output.trimEnd().split("\n")) {
    if (line.startsWith(HEADING)) logs.push({ of: line.slice(HEADING.length), lines: [] })
    else logs.at(-1)?.lines.push(line)
  }
  return logs.map(({ of, lines }) => ({ of, lines: lines.slice(-KEPT_LINES) }))
}
