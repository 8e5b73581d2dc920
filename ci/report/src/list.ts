import type { Listed } from "./records.js"
import { verdict } from "./text.js"

/** The recorded runs as a table for people, newest first. */
export function listTable(listed: Listed[]): string {
  const rows = listed.map((one) =>
    "problem" in one
      ? [one.id, "", "", "UNREADABLE", "", one.problem]
      : [
          one.id,
          one.record.started.slice(0, 19).replace("T", " "),
          one.record.command,
          verdict(one.record.exitCode),
          one.record.seconds.toFixed(1),
          one.record.incomplete,
        ],
  )
  const table = [["ID", "STARTED (UTC)", "COMMAND", "RESULT", "SECONDS", ""], ...rows]
  const widths = table[0]?.map((_, column) =>
    Math.max(...table.map((line) => line[column]?.length ?? 0)),
  )
  return table
    .map((line) => line.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("")
}

/** The recorded runs for programs. */
export function listJson(listed: Listed[]): string {
  const runs = listed.map((one) => {
    if ("problem" in one) return one
    const { id, started, command, exitCode, seconds, incomplete } = one.record
    return { id, started, command, result: verdict(exitCode), exitCode, seconds, incomplete }
  })
  return `${JSON.stringify(runs, null, 2)}\n`
}
