import { dag, Container, Directory } from "@dagger.io/dagger"
import { REPORT_FOLDER } from "../languages/index.js"
import type { ServerLog } from "../run/rows.js"
import { readServerLogs } from "../run/server-logs.js"

/**
 * The one seam for running a command as a pipeline step.
 *
 * A step never throws because its command failed: exit code, times and output
 * are files that the step leaves behind. The start time it wrote also tells
 * whether the result was reused: a start before the run began is an old one.
 */

/** Where a step keeps its own files; a mount, so that it never becomes part of an image. */
const STEP_FOLDER = "/.pipeline"
const OUTPUT_FOLDER = `${STEP_FOLDER}/out`

/** Exit code of `timeout` (coreutils) when it had to end the command. */
const TIMEOUT_EXIT_CODE = 124
const KILL_AFTER_SECONDS = 10
/** How long what comes before and after the command may take. */
const HOOK_SECONDS = 120
const TAIL_BYTES = 40_000
const LOG_BYTES = 10_000_000

/** A failed result that was reused is run again; each failure of the same inputs takes one more number. */
const MAX_ATTEMPTS = 50

/** What to run. */
export interface Step {
  /** Shell command. */
  command: string
  /** Seconds after which the command and its children are killed. */
  timeout: number
  /** Shell command that must succeed first. If it fails, its output is the step's, and its last line the reason. */
  before?: string
  /** Shell command that prints the logs of servers beside the step; run when the step failed, however it ended. */
  logs?: string
}

/** How a step went. */
export interface StepResult {
  exitCode: number
  timedOut: boolean
  /** Whether the command was not run, because what had to come before it failed. */
  blocked: boolean
  /** Whether an earlier run's result was reused. */
  cached: boolean
  /** The last lines of output. */
  tail: string[]
  /** The last lines of the servers beside the step; only when it failed. */
  logs: ServerLog[]
  /** What the command wrote to REPORT_FOLDER. */
  reports: Directory
  /** All of the output, up to 10 MB from its end. */
  log(): Promise<string>
}

/** The run a step belongs to. */
export interface RunContext {
  /** Results from before this moment are reused ones. */
  started: Date
  /** Changes with every run when nothing may be reused (`--no-cache`), else empty. */
  fresh: string
}

/** The container just before a step: exactly what `runStep` runs in, and what `debug` opens. */
export function beforeStep(container: Container): Container {
  return container.withMountedDirectory(
    STEP_FOLDER,
    dag.directory().withNewDirectory("out/reports"),
  )
}

/**
 * Runs a command in a container.
 *
 * A passed result of the same inputs is reused. A failed one never is: whether
 * it still fails must be seen, so it runs again under the next attempt number.
 *
 * @throws only when the engine could not run the step at all
 */
export async function runStep(
  container: Container,
  step: Step,
  run: RunContext,
): Promise<StepResult> {
  for (let attempt = 0; ; attempt++) {
    const result = await runOnce(container, step, run, attempt)
    if (!result.cached || result.exitCode === 0 || attempt >= MAX_ATTEMPTS) return result
  }
}

async function runOnce(
  container: Container,
  step: Step,
  run: RunContext,
  attempt: number,
): Promise<StepResult> {
  const output = beforeStep(container)
    .withEnvVariable("PIPELINE_ATTEMPT", `${run.fresh}${attempt}`)
    .withExec(["sh", "-c", WRAPPER, "sh", ...wrapperArguments(step)])
    .directory(OUTPUT_FOLDER)
  const [verdict, tail] = await Promise.all([
    output.file("verdict").contents(),
    output.file("tail").contents(),
  ])
  const [startedAt = 0, exitCode = 0, blocked = 0] = verdict.trim().split("\n").map(Number)
  return {
    exitCode,
    timedOut: blocked === 0 && (exitCode === TIMEOUT_EXIT_CODE || exitCode === 137),
    blocked: blocked === 1,
    cached: startedAt * 1000 < run.started.getTime(),
    tail: tail.trimEnd().split("\n"),
    logs: exitCode === 0 ? [] : readServerLogs(await output.file("logs").contents()),
    reports: output.directory("reports"),
    log: () => output.file("log").contents(),
  }
}

function wrapperArguments({ command, timeout, before = "", logs = "" }: Step): string[] {
  return [String(timeout), command, before, logs]
}

/**
 * POSIX shell, because images differ. Output goes to a file, not a pipe: a
 * process that the command leaves behind would hold a pipe open for ever.
 */
const WRAPPER = `
out=${OUTPUT_FOLDER}
started=$(date +%s.%N | sed 's/[.]N$//')
code=0 blocked=0
if [ -n "$3" ]; then
  timeout -k 1 ${HOOK_SECONDS} sh -c "$3" > "$out/all" 2>&1
  code=$?
fi
if [ "$code" = 0 ]; then
  timeout -k ${KILL_AFTER_SECONDS} "$1" sh -c "$2" > "$out/all" 2>&1
  code=$?
  [ "$code" = 0 ] || [ -z "$4" ] || timeout -k 1 ${HOOK_SECONDS} sh -c "$4" > "$out/logs" 2>&1
else
  blocked=1
fi
[ -e "$out/logs" ] || : > "$out/logs"
tail -c ${LOG_BYTES} "$out/all" > "$out/log"
rm -f "$out/all"
printf '%s\\n%s\\n%s\\n' "$started" "$code" "$blocked" > "$out/verdict"
tail -c ${TAIL_BYTES} "$out/log" > "$out/tail"
cat "$out/tail"
exit 0
`
