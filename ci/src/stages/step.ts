import { dag, Container, Directory } from "@dagger.io/dagger"
import type { ServerLog } from "../run/rows.js"
import { readServerLogs } from "../run/server-logs.js"
import { outputLines } from "../run/tail.js"
import type { Verdict } from "../run/verdict.js"
import { parseVerdict } from "../run/verdict.js"
import { isExecError } from "./engine-failure.js"
import type { BuildSecrets } from "./secrets.js"
import { OUTPUT_FOLDER, STEP_FOLDER, STEP_SCRIPT } from "./step-script.js"

/**
 * The one seam for running a command as a pipeline step.
 *
 * A step never throws because its command failed: exit code, times and output
 * are files that the step leaves behind. The start time it wrote also tells
 * whether the result was reused: a start before the run began is an old one.
 */

/** A failed result that was reused is run again; each failure of the same inputs takes one more number. */
const MAX_ATTEMPTS = 50

/** What to run. */
export interface Step {
  /** Shell command. */
  command: string
  /** Seconds after which the command and every process it started are killed. */
  timeout: number
  /** Shell command that must succeed first. If it fails, its output is the step's, and its last line the reason. */
  before?: string
  /** Shell command that prints the logs of servers beside the step; run when the step failed, however it ended. */
  logs?: string
  /** MiB that the command and every process it started may use together; absent: no limit. */
  memory?: number
  /** The first signal at the timeout, such as one that makes a program say where it is; "TERM" if absent. */
  signal?: string
  /** Extended regular expression of lines to pick out of all the output. */
  pick?: string
  /** Lines to leave out of the last lines of output. */
  noise?: RegExp
  /** Files that count as reports when the command wrote them; relative to its folder. */
  keep?: readonly string[]
  /** Whether the command gets every right inside its container, such as to take its network away. */
  privileged?: boolean
}

/** How a step went. */
export interface StepResult extends Omit<Verdict, "startedAt" | "reports"> {
  /** Whether an earlier run's result was reused. */
  cached: boolean
  /** The last lines of output. */
  tail: string[]
  /** The last lines of the servers beside the step; only when it failed. */
  logs: ServerLog[]
  /** What the command wrote to REPORT_FOLDER, and under `files` what the step was asked to keep. */
  reports: Directory
  /** Paths of the files in `reports`. */
  reportFiles: string[]
  /** Failures of the same inputs before this result: in this run, or in an earlier one. Oldest first. */
  failures: StepResult[]
  /** The lines that were to be picked out of the output. */
  picked(): Promise<string>
}

/** What a step's result means for whoever asked for it. */
export interface Judgement {
  passed: boolean
  /** Whether it may turn out otherwise with the same inputs. */
  canChange: boolean
}

/** How to tell passed from failed, and how often to try again. */
export interface Retries {
  times: number
  judge(result: StepResult): Promise<Judgement>
}

/** The run a step belongs to. */
export interface RunContext {
  /** Results from before this moment are reused ones. */
  started: Date
  /** Changes with every run when nothing may be reused (`--no-cache`), else empty. */
  fresh: string
  /** What builds may mount; absent: nothing. */
  secrets?: BuildSecrets
  /** How often failed tests are tried again; absent: as services.json says. */
  retries?: number
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
 * @param retries for commands of which more than the exit code decides; absent: 0 passed, and nothing is tried again
 * @throws only when the engine could not run the step at all
 */
export async function runStep(
  container: Container,
  step: Step,
  run: RunContext,
  retries: Retries = ONCE,
): Promise<StepResult> {
  const failures: StepResult[] = []
  let left = retries.times
  for (let attempt = 0; ; attempt++) {
    const result = await runOnce(container, step, run, attempt)
    const { passed, canChange } = await retries.judge(result)
    if (passed || attempt >= MAX_ATTEMPTS) return { ...result, failures }
    if (!result.cached && (!canChange || left-- <= 0)) return { ...result, failures }
    failures.push(result)
  }
}

const ONCE: Retries = {
  times: 0,
  judge: async ({ exitCode }) => ({ passed: exitCode === 0, canChange: true }),
}

async function runOnce(
  container: Container,
  step: Step,
  run: RunContext,
  attempt: number,
): Promise<StepResult> {
  const output = beforeStep(container)
    .withEnvVariable("PIPELINE_ATTEMPT", `${run.fresh}${attempt}`)
    .withExec(["sh", "-c", STEP_SCRIPT, "sh", ...scriptArguments(step)], {
      insecureRootCapabilities: step.privileged === true,
    })
    .directory(OUTPUT_FOLDER)
  try {
    const verdict = await output.file("verdict").contents()
    const { startedAt, reports, tail, ...rest } = parseVerdict(verdict)
    return {
      ...rest,
      cached: startedAt * 1000 < run.started.getTime(),
      tail: outputLines(tail, step.noise),
      logs: rest.exitCode === 0 ? [] : readServerLogs(await output.file("logs").contents()),
      reports: output.directory("reports"),
      reportFiles: reports,
      failures: [],
      picked: () => output.file("picked").contents(),
    }
  } catch (error) {
    // A step before this one, such as an installation, failed.
    if (!isExecError(error) || !error.cmd.includes(STEP_SCRIPT)) throw error
    return scriptKilled(error.exitCode)
  }
}

function scriptArguments(step: Step): string[] {
  const { command, timeout, before = "", logs = "", memory = 0, pick = "", keep = [] } = step
  const limits = [String(timeout), String(memory), step.signal ?? "TERM"]
  return [...limits, pick, before, logs, command, ...keep]
}

/** The script always ends with 0: only a command that kills everything around it gets here. */
function scriptKilled(exitCode: number): StepResult {
  return {
    exitCode,
    stopped: null,
    outOfMemory: false,
    remarks: ["its output was lost: the command ended every process of its container"],
    cached: false,
    tail: [],
    logs: [],
    blocked: false,
    reports: dag.directory(),
    reportFiles: [],
    failures: [],
    picked: async () => "",
  }
}
