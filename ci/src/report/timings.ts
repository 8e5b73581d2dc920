import { UsageError } from "../run/usage-error.js"

/**
 * Reads how long services took in earlier runs.
 *
 * @param text a JSON object: seconds by service name
 * @throws UsageError for anything else
 */
export function readTimings(text: string): Map<string, number> {
  const entries = Object.entries(parseObject(text))
  const wrong = entries.find(([, seconds]) => typeof seconds !== "number" || !(seconds >= 0))
  if (wrong !== undefined) {
    throw new UsageError(
      `--timings: ${JSON.stringify(wrong[0])} is ${JSON.stringify(wrong[1])}, not a number of seconds`,
    )
  }
  return new Map(entries as [string, number][])
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below, like any other text that is not an object.
  }
  throw new UsageError(
    '--timings: the file is not a JSON object of seconds by service name, such as {"api": 12.5}',
  )
}
