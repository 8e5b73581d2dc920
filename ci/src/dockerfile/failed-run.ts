import type { Dockerfile, Instruction } from "./model.js"

/** Where the output of a captured instruction is kept in the image: a place that every user may write to. */
export const CAPTURED_OUTPUT = "/tmp/.pipeline-output"

/** A RUN that failed, and the Dockerfile cut there. */
export interface FailedRun {
  line: number
  /** What the shell was given. */
  command: string
  /** Ends just before the command. */
  before: string
  /** Ends with the command, which can't fail any more and leaves what it printed in a file. */
  capturing: string
}

/** How BuildKit calls the shell of a RUN. */
const SHELL_PREFIX = /^\/bin\/sh -c /

/**
 * Finds the RUN that failed, and cuts the Dockerfile there.
 *
 * The engine says which command failed, but not what it printed. Building one of these texts instead
 * takes every layer before the command from the cache.
 *
 * @param process as the engine names it, such as "/bin/sh -c make"
 * @returns undefined when the command is not found, has an exec form, or a shell of its own
 */
export function failedRun(
  text: string,
  dockerfile: Dockerfile,
  process: string,
): FailedRun | undefined {
  if (!SHELL_PREFIX.test(process)) return undefined
  const command = process.replace(SHELL_PREFIX, "")
  const failed = dockerfile.stages
    .flatMap(({ instructions }) => instructions)
    .find((instruction) => instruction.keyword === "RUN" && isMeant(instruction, squeeze(command)))
  if (failed === undefined) return undefined
  const lines = text.split("\n")
  const before = lines.slice(0, failed.line - 1)
  const capturing = [...before, CAPTURING_SHELL, ...lines.slice(failed.line - 1, failed.endLine)]
  return {
    line: failed.line,
    command,
    before: `${before.join("\n")}\n`,
    capturing: `${capturing.join("\n")}\n`,
  }
}

/** The command becomes `$0` of this shell: it is run, never parsed again. */
const CAPTURING_SHELL = `SHELL ${JSON.stringify([
  "/bin/sh",
  "-c",
  `/bin/sh -c "$0" > ${CAPTURED_OUTPUT} 2>&1; true`,
])}`

/** Variables are left as written in a RUN, so that only white space can differ. */
function isMeant({ form, text, heredocs }: Instruction, wanted: string): boolean {
  if (form !== "shell") return false
  const [script] = heredocs
  return (
    squeeze(text) === wanted || (script !== undefined && wanted.includes(squeeze(script.content)))
  )
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim()
}
