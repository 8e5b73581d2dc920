/** A command that checks something, and how to recognise what it found. */
export interface CheckCommand {
  /** For the row: "lint", "imports". */
  name: string
  /** Shell command. */
  command: string
  /** Extended regular expression of the output's lines that each name one problem. */
  problem: string
}

/** A check that failed. */
export interface CheckFailure {
  name: string
  /** How many problems it named. */
  count: number
  /** The first problem, or the last line of output when none was recognised. */
  first: string
}

/** What the output of checks says. */
export interface CheckResults {
  failures: CheckFailure[]
  /** When the dependencies were installed, in seconds since 1970; undefined when none were. */
  installedAt?: number
  /** The output without what was only meant for the pipeline. */
  tail: string[]
}

const MARK = "pipeline-check:"
const OUTPUT = "/tmp/pipeline-check"

/**
 * One shell command for several checks. All run, even after one failed: a developer wants every
 * problem at once. What they found is summed up at the end, where it survives a long output.
 *
 * @param installedAt file that says when the dependencies were installed, if there is one
 */
export function checksCommand(checks: readonly CheckCommand[], installedAt: string): string {
  const commands = checks.map(
    ({ name, command, problem }) =>
      `( ${command}\n) > ${OUTPUT} 2>&1 || report ${name} '${problem.replaceAll("'", `'\\''`)}'\ncat ${OUTPUT}`,
  )
  return [
    "failed=",
    "report() {",
    `  first=$(grep -m 1 -E "$2" ${OUTPUT} || grep -v '^ *$' ${OUTPUT} | tail -n 1 | cut -c 1-500)`,
    `  failed="\${failed}${MARK} failed $1 $(grep -c -E "$2" ${OUTPUT}) $first\n"`,
    "}",
    ...commands,
    `[ ! -e ${installedAt} ] || echo "${MARK} installed $(cat ${installedAt})"`,
    'printf "%s" "$failed"',
    '[ -z "$failed" ]',
  ].join("\n")
}

/** Reads the last lines of what `checksCommand` printed. */
export function readChecks(tail: readonly string[]): CheckResults {
  const marked = tail.filter((line) => line.startsWith(MARK)).map((line) => line.slice(MARK.length))
  const installed = marked.map((line) => /^ installed (\d+)$/.exec(line)?.[1]).find(Boolean)
  return {
    failures: marked.flatMap((line) => {
      const [, name, count, first] = /^ failed (\S+) (\d+) ?(.*)$/.exec(line) ?? []
      if (name === undefined || first === undefined) return []
      return [{ name, count: Number(count), first: first.trim() }]
    }),
    ...(installed !== undefined && { installedAt: Number(installed) }),
    tail: tail.filter((line) => !line.startsWith(MARK)),
  }
}

/** A failed check in one line. */
export function describeFailure({ name, count, first }: CheckFailure): string {
  return `${name}: ${first || "it printed nothing"}${count > 1 ? ` (and ${count - 1} more)` : ""}`
}
