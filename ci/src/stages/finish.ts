import { dag } from "@dagger.io/dagger"
import { ChangeError } from "../changes/errors.js"
import type { Config } from "../config/index.js"
import { formatRun } from "../report/table.js"
import { UsageError } from "../run/usage-error.js"
import { IMAGES } from "./images.js"
import { askForIdsOnce } from "./object-ids.js"
import { keepAndEnd, keepRecord } from "./records.js"
import type { KeptRun } from "./run-services.js"

/**
 * Ends a function with its text and exit code.
 *
 * The dagger CLI ends with code N only when a step ended with N, so for every
 * code but 0 one last tiny step prints the text and ends with it.
 *
 * @returns the text, when the code is 0
 * @throws the SDK's ExecError otherwise, unchanged: wrapping it would lose the code
 */
export async function finish(text: string, exitCode: number): Promise<string> {
  if (exitCode !== 0) await failWith(text, exitCode)
  return text
}

/**
 * Ends a run: as `finish`, and its record is kept whatever the result.
 *
 * @throws the SDK's ExecError, unchanged, when the run did not pass
 */
export async function finishRun(config: Config, kept: KeptRun): Promise<string> {
  const { record } = kept
  const text = formatRun(record)
  if (record.exitCode !== 0) {
    await keepAndEnd(config, kept, text).sync()
    throw new Error("a step that must fail passed")
  }
  const warning = await keepRecord(config, kept)
  return warning === "" ? text : `warning: ${warning}\n${text}`
}

/**
 * Does the work of a function; what the user can mend ends with its exit code.
 */
export async function orExitCode<T>(work: () => Promise<T>): Promise<T> {
  askForIdsOnce()
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ChangeError)) throw error
    return failWith(error.message, error.exitCode)
  }
}

/** Prints a text and ends the function with a code other than 0. */
export async function failWith(text: string, exitCode: number): Promise<never> {
  await dag
    .container()
    .from(IMAGES.tools)
    .withMountedDirectory(
      "/result",
      dag.directory().withNewFile("text", text.endsWith("\n") ? text : `${text}\n`),
    )
    .withExec(["sh", "-c", `cat /result/text; exit ${exitCode}`])
    .sync()
  throw new Error("a step that must fail passed")
}
