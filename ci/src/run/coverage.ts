/**
 * Test coverage as its tools write it: Cobertura XML (coverage.py, c8), lcov
 * (istanbul, vitest, jest) and Go's cover profile.
 */

/** Where tools put their coverage by default, relative to the service's folder. */
export const COVERAGE_FILES = [
  "coverage.xml",
  "cobertura.xml",
  "coverage/cobertura-coverage.xml",
  "lcov.info",
  "coverage/lcov.info",
  "coverage.lcov",
  "cover.out",
  "coverage.out",
  "coverage.txt",
  "c.out",
] as const

/** Every line, or block of statements, that could have been run. */
export type Coverage = Map<string, { statements: number; covered: boolean }>

/**
 * Reads one coverage file of any of the formats.
 *
 * @returns undefined when it is of none of them
 */
export function parseCoverage(text: string): Coverage | undefined {
  if (/<coverage\b/.test(text.slice(0, 2000))) return parseCobertura(text)
  if (/^mode: \w+$/m.test(text.slice(0, 100))) return parseGoProfile(text)
  if (/^SF:/m.test(text)) return parseLcov(text)
  return undefined
}

/** Several runs' coverage as one: what any of them ran is covered. */
export function mergeCoverage(all: Coverage[]): Coverage {
  const merged: Coverage = new Map()
  for (const [key, { statements, covered }] of all.flatMap((one) => [...one]))
    merged.set(key, { statements, covered: covered || (merged.get(key)?.covered ?? false) })
  return merged
}

/** Percent of statements that were run; null when there is none. */
export function coveredPercent(coverage: Coverage): number | null {
  let [all, covered] = [0, 0]
  for (const entry of coverage.values()) {
    all += entry.statements
    if (entry.covered) covered += entry.statements
  }
  return all === 0 ? null : (100 * covered) / all
}

function parseCobertura(text: string): Coverage {
  const coverage: Coverage = new Map()
  let file = ""
  for (const [, filename, line] of text.matchAll(
    /<class\b[^>]*?\bfilename="([^"]*)"|<line\b([^>]*)>/g,
  )) {
    if (filename !== undefined) file = filename
    const number = /\bnumber="(\d+)"/.exec(line ?? "")?.[1]
    const hits = /\bhits="(\d+)"/.exec(line ?? "")?.[1]
    if (number !== undefined && hits !== undefined) add(coverage, `${file}:${number}`, hits !== "0")
  }
  return coverage
}

function parseLcov(text: string): Coverage {
  const coverage: Coverage = new Map()
  let file = ""
  for (const line of text.split("\n")) {
    if (line.startsWith("SF:")) file = line.slice(3).trim()
    const [, number, hits] = /^DA:(\d+),(\d+)/.exec(line) ?? []
    if (number !== undefined) add(coverage, `${file}:${number}`, hits !== "0")
  }
  return coverage
}

/** `example.com/world/tick.go:12.2,14.16 2 1`: where, how many statements, how often. */
function parseGoProfile(text: string): Coverage {
  const coverage: Coverage = new Map()
  for (const [, block = "", statements, hits] of text.matchAll(/^(\S+:\S+) (\d+) (\d+)$/gm))
    add(coverage, block, hits !== "0", Number(statements))
  return coverage
}

function add(coverage: Coverage, key: string, covered: boolean, statements = 1): void {
  coverage.set(key, { statements, covered: covered || (coverage.get(key)?.covered ?? false) })
}
