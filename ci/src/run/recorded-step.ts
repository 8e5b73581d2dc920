import { z } from "zod"
import { recordText } from "./read-record.js"
import { UsageError } from "./usage-error.js"

/** What a record says of one of its steps: enough to take it up again elsewhere. */
export interface RecordedStep {
  run: string
  /** Full id of the commit; empty when the record does not say. */
  commit: string
  engine: string
  /** Images that were stood in for, in the whole run. */
  standIns: string[]
  service: string
  step: string
  /** How it ended, such as "failed: 1 of 5 tests failed". */
  result: string
  /** The security tool that decided, where one did. */
  tool?: string
  /** What its files were; absent when the record does not say. */
  inputs?: string
}

const Recorded = z.object({
  version: z.literal(1),
  id: z.string(),
  commit: z.string().default(""),
  engine: z.string().default(""),
  standIns: z.array(z.string()).default([]),
  inputs: z.record(z.string(), z.string()).default({}),
  rows: z.array(
    z.object({
      service: z.string(),
      stage: z.string(),
      status: z.string(),
      reason: z.string().default(""),
      reproduce: z.string().default(""),
    }),
  ),
})

/**
 * Picks a step out of a run's record.
 *
 * @param text of run.json, or of .pipeline/runs/<id>.jsonl
 * @param wanted what is left out is the first that failed
 * @throws UsageError for what is no record, or when it has no such step
 */
export function recordedStep(
  text: string,
  wanted: { service: string; step: string },
): RecordedStep {
  const record = parse(text)
  const ofService = record.rows.filter(
    ({ service, stage }) =>
      (wanted.service === "" || service === wanted.service) &&
      (wanted.step === "" || stage === wanted.step),
  )
  const row = ofService.find(({ status }) => status === "failed" || status === "error")
  const chosen = row ?? (wanted.service !== "" && wanted.step !== "" ? ofService[0] : undefined)
  if (chosen === undefined) throw new UsageError(noSuchStep(record, wanted))
  const { id, commit, engine, standIns } = record
  const inputs = record.inputs[chosen.service]
  // The command names all of a service's tools that found something.
  const tool = / --tool=([\w-]+)/.exec(chosen.reproduce)?.[1]
  return {
    ...{ run: id, commit, engine, standIns, service: chosen.service, step: chosen.stage },
    result: [chosen.status, chosen.reason].filter(Boolean).join(": "),
    ...(tool !== undefined && { tool }),
    ...(inputs !== undefined && { inputs }),
  }
}

function parse(text: string): z.infer<typeof Recorded> {
  let value: unknown
  try {
    value = JSON.parse(recordText(text))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(
      "--from: this is not JSON, or it is cut off: give the run.json of a report",
    )
  }
  const result = Recorded.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new UsageError(
    `--from: this is no record of a run that this version can read: ${issue?.path.join(".")}: ${issue?.message}`,
  )
}

function noSuchStep(
  { id, rows }: z.infer<typeof Recorded>,
  { service, step }: { service: string; step: string },
): string {
  const failed = rows.filter(({ status }) => status === "failed" || status === "error")
  const list = failed.map((row) => `  --service=${row.service} --step=${row.stage}`)
  const asked = [service && `--service=${service}`, step && `--step=${step}`].filter(Boolean)
  if (failed.length === 0)
    return `Nothing failed in run ${id}: say which step with --service=NAME --step=STAGE`
  return [`Nothing that failed in run ${id} is ${asked.join(" ")}. Failed are:`, ...list].join("\n")
}

/** What a step is taken up with here, to compare. */
export interface StepHere {
  engine: string
  standIns: string[]
  inputs: string
}

/**
 * Says where a step comes from, and what is not as it was: the lines that a terminal begins with.
 *
 * @param here images that stand in here are only those of this service
 */
export function describeRecorded(recorded: RecordedStep, here: StepHere): string[] {
  const { run, commit, service, step, result, inputs } = recorded
  const standIns = here.standIns.filter((image) => !recorded.standIns.includes(image))
  const files =
    inputs === undefined
      ? "the record does not say what its files were"
      : inputs === here.inputs
        ? "its files, libraries and inputs are those of the record"
        : "DIFFERENT: its files, libraries or inputs are not those of the record: the run had changes that were not committed"
  return [
    `${service} ${step} of run ${run} (${result})`,
    commit === ""
      ? "  the record names no commit, so the files are those of this checkout"
      : `  files of commit ${commit}, from git; what this checkout changed since is not in it`,
    `  ${files}`,
    ...(recorded.engine !== "" && recorded.engine !== here.engine
      ? [`  DIFFERENT: engine ${recorded.engine} there, ${here.engine} here`]
      : []),
    ...standIns.map((image) => `  DIFFERENT: ${image} there, a stand-in for it here`),
    '  run the step: sh -c "$PIPELINE_STEP"',
  ]
}
