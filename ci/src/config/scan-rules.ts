import type { Finding } from "./issues.js"
import { formatPath } from "./issues.js"
import { memberOf } from "./outline.js"

const SELECTORS = ["id", "tool", "path", "package"]

/** Of two entries for the same findings, one would hold after the other was thought to have ended. */
export function suppressionsOnce(file: unknown): Finding[] {
  const entries = memberOf(memberOf(file, "scan"), "suppressions")
  if (!Array.isArray(entries)) return []
  const seen = new Map<string, number>()
  return entries.flatMap((entry: unknown, index) => {
    const key = JSON.stringify(SELECTORS.map((name) => memberOf(entry, name)))
    const first = seen.get(key)
    if (first === undefined) {
      seen.set(key, index)
      return []
    }
    const before = formatPath(["scan", "suppressions", first])
    return [
      {
        path: ["scan", "suppressions", index],
        message: `suppresses the same findings as ${before}`,
        suggestion: "keep one of the two",
      },
    ]
  })
}
