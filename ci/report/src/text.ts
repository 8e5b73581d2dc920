import { outputLines } from "../../src/run/tail.js"

/**
 * Output as it can be shown: without terminal sequences and control characters, cut with a note.
 *
 * @param most characters that are kept, from the start
 */
export function readable(text: string, most: number): string {
  // What is cut off anyway need not be looked at: a line's end may be far away.
  const shown = outputLines(text.slice(0, 4 * most)).join("\n")
  if (shown.length <= most && text.length <= 4 * most) return shown
  return `${shown.slice(0, most)} ... (cut: ${text.length} characters in all)`
}

/** Seconds for people: "0.4 s", "12 s", "3 min 05 s", "1 h 02 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const two = (value: number) => String(value).padStart(2, "0")
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`
}

/** What an exit code of a run means, in a word. */
export function verdict(exitCode: number): "PASSED" | "FAILED" | "INCOMPLETE" {
  if (exitCode === 0) return "PASSED"
  return exitCode === 1 ? "FAILED" : "INCOMPLETE"
}
