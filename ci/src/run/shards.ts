/** What one shard wrote about how the tests were split. */
export interface Split {
  /** Units (test files, packages) that there were before splitting. */
  collected: number
  /** Units that this shard ran. */
  selected: number
}

/** Name of the report in which a shard says how it was split: "collected selected". */
export const SPLIT_REPORT = "shard.txt"
/** Name of the report with "seconds unit" lines. */
export const TIMES_REPORT = "times.txt"

/** Reads a shard's own words; undefined when they aren't any. */
export function parseSplit(text: string): Split | undefined {
  const [, collected, selected] = /^(\d+) (\d+)\s*$/.exec(text) ?? []
  return collected === undefined
    ? undefined
    : { collected: Number(collected), selected: Number(selected) }
}

/**
 * Whether shards together ran everything once.
 *
 * @param splits undefined for a shard that said nothing
 * @returns empty when they did, otherwise what is wrong
 */
export function splitFault(splits: (Split | undefined)[], command: string): string {
  if (splits.some((split) => split === undefined))
    return `\`${command}\` was not split by test.shards: pytest and \`go test\` are, others take their part from $PIPELINE_SHARD (such as --shard=$PIPELINE_SHARD)`
  const known = splits.filter((split) => split !== undefined)
  const collected = known.map((split) => split.collected)
  const selected = known.reduce((sum, split) => sum + split.selected, 0)
  if (new Set(collected).size > 1)
    return `the shards did not find the same tests (${collected.join(", ")} files): which there are must not depend on chance`
  if (selected !== collected[0])
    return `the shards ran ${selected} of ${collected[0]} files of tests`
  return ""
}

/** Reads "seconds unit" lines. */
export function parseTimes(text: string): Map<string, number> {
  const found = text.matchAll(/^(\d+(?:\.\d+)?) (\S.*)$/gm)
  return new Map([...found].map(([, seconds, unit = ""]) => [unit, Number(seconds)]))
}

/** Writes "seconds unit" lines, sorted, so that equal times are equal files. */
export function formatTimes(times: Map<string, number>): string {
  return [...times]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([unit, seconds]) => `${seconds.toFixed(2)} ${unit}\n`)
    .join("")
}
