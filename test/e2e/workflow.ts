import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { data, Evaluator, Lexer, Parser } from "@actions/expressions"
import { parse } from "yaml"
import type { TestRepository } from "./repository.js"

/** What GitHub would say of an event, and what the repository's settings hold. */
export interface WorkflowEvent {
  name: string
  ref: string
  payload: object
  vars?: Record<string, string>
  secrets?: Record<string, string>
  /** What is set on the runner. */
  env?: Record<string, string>
  /** The job is cancelled as soon as a step has printed this. */
  cancelAfter?: RegExp
}

/** What became of one step of a job. */
export interface StepOutcome {
  /** The action, or the command as it was run. */
  what: string
  ran: boolean
  exitCode: number
  output: string
}

/** What a job came to. */
export interface JobOutcome {
  steps: StepOutcome[]
  succeeded: boolean
  /** What was written for the run's page. */
  summary: string
}

interface Step {
  if?: string
  uses?: string
  run?: string
  env?: Record<string, string>
  "continue-on-error"?: boolean
}

interface Job {
  env?: Record<string, string>
  steps: Step[]
}

type Contexts = Record<string, unknown>

/** What status functions of conditions ask for. */
interface JobState {
  failed: boolean
  cancelled: boolean
}

const NOTHING_YET: JobState = { failed: false, cancelled: false }
/** GitHub waits 7.5 s. */
const SECOND_SIGNAL_MS = 1000

const REPOSITORY = "game/backend"
const STATUS_FUNCTIONS = /\b(?:success|failure|cancelled|always)\s*\(/

/**
 * Runs the commands of a workflow's job one after the other in a checkout, as GitHub's runner does: conditions and
 * expressions by GitHub's own evaluator, a fresh bash for each. Actions are not run; whether they would be is told.
 */
export async function runJob(
  repository: TestRepository,
  [file, name]: [string, string],
  event: WorkflowEvent,
): Promise<JobOutcome> {
  const folder = mkdtempSync(join(tmpdir(), "workflow-"))
  const workflow = parse(repository.read(`.github/workflows/${file}`)) as {
    jobs: Record<string, Job>
  }
  const job = workflow.jobs[name]
  if (job === undefined) throw new Error(`${file} has no job ${name}`)
  const files = { event: join(folder, "event.json"), summary: join(folder, "summary.md") }
  writeFileSync(files.event, JSON.stringify(event.payload))
  writeFileSync(files.summary, "")
  const contexts: Contexts = {
    github: {
      event: event.payload,
      event_name: event.name,
      ref: event.ref,
      repository: REPOSITORY,
    },
    inputs: (event.payload as { inputs?: Record<string, string> }).inputs ?? {},
    vars: event.vars ?? {},
    secrets: event.secrets ?? {},
  }
  const jobEnv = evaluated(job.env, contexts)
  const steps: StepOutcome[] = []
  const state = { ...NOTHING_YET }
  try {
    for (const step of job.steps) {
      // A step's own variables are known to its condition.
      const env = { ...jobEnv, ...evaluated(step.env, { ...contexts, env: jobEnv }) }
      const known = { ...contexts, env }
      const what = step.uses ?? fill(step.run ?? "", known, state, repository.path)
      if (!isWanted(step.if, known, state, repository.path)) {
        steps.push({ what, ran: false, exitCode: 0, output: "" })
        continue
      }
      if (step.run === undefined) {
        steps.push({ what, ran: true, exitCode: 0, output: "" })
        continue
      }
      const variables = {
        ...env,
        CI: "true",
        GITHUB_ACTIONS: "true",
        GITHUB_EVENT_NAME: event.name,
        GITHUB_EVENT_PATH: files.event,
        GITHUB_REF: event.ref,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_STEP_SUMMARY: files.summary,
        ...event.env,
      }
      const cancelAfter = state.cancelled ? undefined : event.cancelAfter
      const { cancelled, ...outcome } = await bash(what, repository.path, variables, cancelAfter)
      steps.push({ what, ran: true, ...outcome })
      state.cancelled ||= cancelled
      state.failed ||= outcome.exitCode !== 0 && !step["continue-on-error"]
    }
    const summary = readFileSync(files.summary, "utf8")
    return { steps, succeeded: !state.failed && !state.cancelled, summary }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function isWanted(
  condition: string | undefined,
  contexts: Contexts,
  state: JobState,
  root: string,
): boolean {
  const text = condition?.replace(/^\s*\$\{\{([\s\S]*)\}\}\s*$/, "$1") ?? "success()"
  const whole = STATUS_FUNCTIONS.test(text) ? text : `success() && (${text})`
  return evaluate(whole, contexts, state, root) !== "false"
}

function evaluated(env: Record<string, string> = {}, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, text]) => [
      name,
      fill(String(text), contexts, NOTHING_YET, "."),
    ]),
  )
}

function fill(text: string, contexts: Contexts, state: JobState, root: string): string {
  return text.replace(/\$\{\{([\s\S]*?)\}\}/g, (_, expression: string) =>
    evaluate(expression, contexts, state, root),
  )
}

function evaluate(text: string, contexts: Contexts, state: JobState, root: string): string {
  const yes = (value: boolean) => new data.BooleanData(value)
  const functions = [
    { name: "success", minArgs: 0, maxArgs: 0, call: () => yes(!state.failed && !state.cancelled) },
    { name: "failure", minArgs: 0, maxArgs: 0, call: () => yes(state.failed && !state.cancelled) },
    { name: "always", minArgs: 0, maxArgs: 0, call: () => yes(true) },
    { name: "cancelled", minArgs: 0, maxArgs: 0, call: () => yes(state.cancelled) },
    {
      name: "hashFiles",
      minArgs: 1,
      maxArgs: 255,
      // Our workflows give it the names of files, no patterns.
      call: (file: data.ExpressionData) =>
        new data.StringData(existsSync(join(root, file.coerceString())) ? "a hash" : ""),
    },
  ]
  const expression = new Parser(new Lexer(text).lex().tokens, Object.keys(contexts), functions)
  const known = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary
  const byName = new Map(functions.map((each) => [each.name.toLowerCase(), each]))
  return new Evaluator(expression.parse(), known, byName).evaluate().coerceString()
}

/** Runs a step as GitHub's runner does; when the job is cancelled, only the shell gets its signals. */
function bash(
  command: string,
  cwd: string,
  env: Record<string, string>,
  cancelAfter: RegExp | undefined,
): Promise<{ exitCode: number; output: string; cancelled: boolean }> {
  return new Promise((resolve, reject) => {
    // With a line after it, bash does not become the command.
    const script = `${command}\n:`
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    let cancelled = false
    const add = (text: string) => {
      output += text
      if (cancelled || !cancelAfter?.test(output)) return
      cancelled = true
      child.kill("SIGINT")
      setTimeout(() => child.kill("SIGTERM"), SECOND_SIGNAL_MS)
    }
    child.stdout.setEncoding("utf8").on("data", add)
    child.stderr.setEncoding("utf8").on("data", add)
    child.on("error", reject)
    // Not before all that it started has ended, too: they share its output.
    child.on("close", (code) => resolve({ exitCode: code ?? 1, output, cancelled }))
  })
}
