import { readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import type { GatherRequest } from "../../ci/src/changes/facts.js"
import { gatherFacts } from "../../ci/src/changes/gather/answer.mjs"
import {
  type TemporaryFolder,
  temporaryFolder,
} from "../../ci/src/changes/gather/temporary-folder.mjs"
import type { PlanRequest } from "../../ci/src/report/plan.js"
import { splitArguments, usage } from "../launcher/arguments.mjs"
import { changeArguments } from "../launcher/change-arguments.mjs"
import { githubActions } from "../launcher/github-actions.mjs"
import { runProgram } from "../launcher/program.mjs"
import { findRepository } from "../launcher/repository.mjs"
import { type PlanFlags, readPlanFlags } from "./flags.js"

/**
 * Runs the launcher's whole work when that is a plan on the host.
 *
 * @param words as typed after `./pipeline`
 * @param cache as for `runLocalPlan`
 * @returns whether it was
 */
export function runAsProgram(words: string[], cache: string): boolean {
  try {
    const command = splitArguments(words)
    if (command.kind !== "local-plan") return false
    void runProgram(() => runLocalPlan(command.words, cache))
    return true
  } catch {
    // Words that don't go together: the launcher says so.
    return false
  }
}

/**
 * Prints what the function `plan` would, without an engine: the same programs ask git and plan.
 *
 * @param words what follows `plan`
 * @param cache file in which this version of the planner keeps a checked configuration
 * @returns the exit code
 */
export async function runLocalPlan(words: readonly string[], cache: string): Promise<number> {
  const { root } = await findRepository(process.cwd(), { which: async () => "git" })
  const { extraArguments } = githubActions(process.env, "plan", [...words])
  const functionArguments = [...words, ...extraArguments]
  const call = { root, name: "plan", functionArguments, environment: process.env }
  const flags = readPlanFlags(await changeArguments(call, { local: true }))
  const scratch = temporaryFolder("pipeline-plan-")
  try {
    process.stdout.write(await plan(root, flags, { scratch, cache }))
    return 0
  } catch (error) {
    if (!isRefusal(error)) throw error
    // Where the engine's last step prints it, too.
    process.stdout.write(`${error.message}\n`)
    return error.exitCode
  } finally {
    scratch.remove()
  }
}

async function plan(
  root: string,
  flags: PlanFlags,
  { scratch, cache }: { scratch: TemporaryFolder; cache: string },
): Promise<string> {
  const late = deferred<Partial<GatherRequest>>()
  // git begins before the planner is loaded: both take time, and there is more than one core.
  const request = gatherRequest(root, flags, scratch)
  const gathering = flags.all
    ? undefined
    : gatherFacts(request, { cwd: root, later: () => late.promise })
  gathering?.catch(() => {})
  try {
    const { readConfiguration } = await import("./configuration.js")
    const config = await readConfiguration(root, cache)
    const { lateRequest, showPlan } = await import("./plan.js")
    return await showPlan(config, planRequest(root, flags), () => {
      late.resolve(lateRequest(config))
      return gathering ?? gatherFacts(request, { cwd: root })
    })
  } catch (error) {
    // Ends the gathering, and git with it.
    late.reject(error)
    await gathering?.catch(() => {})
    throw error
  }
}

function planRequest(root: string, { all, service, values }: PlanFlags): PlanRequest {
  const { format = "table", explain, timings, shards } = values
  return {
    changed: !all,
    names: service,
    format,
    explain,
    shards: shards === undefined ? undefined : Number(shards),
    timings: timings === undefined ? undefined : readText("--timings", resolve(root, timings)),
  }
}

function gatherRequest(
  root: string,
  { values, strictBase }: PlanFlags,
  scratch: TemporaryFolder,
): GatherRequest {
  const { base, head, event, remote } = values
  const { "event-name": eventName, "last-green": lastGreen } = values
  const { "global-ignore": ignored, "git-token": token } = values
  return {
    strictBase,
    ...(base !== undefined && { base }),
    ...(head !== undefined && { head }),
    ...(eventName !== undefined && { eventName }),
    ...(event !== undefined && { event: resolve(root, event) }),
    ...(lastGreen !== undefined && { lastGreen }),
    ...(remote !== undefined && { remoteUrl: remote }),
    ...(ignored !== undefined && {
      globalIgnore: readText("--global-ignore", resolve(root, ignored)),
    }),
    ...(token !== undefined && { tokenFile: tokenFile(token, root, scratch) }),
  }
}

/** A file that holds a secret, which is named as dagger names it: `env://NAME` or `file://PATH`. */
function tokenFile(reference: string, root: string, scratch: TemporaryFolder): string {
  const [, kind, place = ""] = /^(env|file):(?:\/\/)?(.+)$/s.exec(reference) ?? []
  if (kind === "file") return resolve(root, place)
  if (kind !== "env") throw usage("`--git-token` of `plan --local` is env://NAME or file://PATH")
  const file = join(scratch.path(), "token")
  writeFileSync(file, process.env[place] ?? "", { mode: 0o600 })
  return file
}

function readText(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch {
    throw usage(`\`${flag}=${file}\`: the file can't be read`)
  }
}

/** What the module says with an exit code of its own; the launcher's errors are printed elsewhere. */
function isRefusal(error: unknown): error is Error & { exitCode: number } {
  return error instanceof Error && (error.name === "UsageError" || error.name === "ChangeError")
}

interface Deferred<T> {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: unknown) => void
}

function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>["resolve"] = () => {}
  let reject: Deferred<T>["reject"] = () => {}
  const promise = new Promise<T>((...settle) => ([resolve, reject] = settle))
  // Without a gathering nobody waits for it.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
