import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { redact } from "../../../src/findings/redact.js"
import { targetOf } from "../config/target.js"
import type { Context } from "../context.js"
import { describeService } from "../ecs/service.js"
import { describeTaskDefinition } from "../ecs/task-definition.js"
import type { TaggedDefinition } from "../ecs/task-definition.js"
import { EXIT, messageOf } from "../errors.js"
import { deployments } from "./deployments.js"
import type { Outcome } from "./deploy.js"
import { collectStatus, statusLines } from "./status.js"

/** What is asked for. */
export interface BundleRequest {
  service: string
  environment: string
  /** Folder that the files are written to. */
  out: string
}

/** Records of the history that go into it. */
const MOST_RECORDS = 50

/**
 * Writes what somebody needs who looks into a problem: the status, the task definition and the
 * history, as files without secrets. What could not be looked at is named in it.
 */
export async function supportBundle(context: Context, request: BundleRequest): Promise<Outcome> {
  const { service, environment, out } = request
  const status = await collectStatus(context, service, environment)
  const missing: string[] = []
  const part = async (name: string, make: () => Promise<string>): Promise<[string, string][]> => {
    try {
      return [[name, await make()]]
    } catch (error) {
      missing.push(redact(`${name}: ${messageOf(error)}`))
      return []
    }
  }
  const history = (format: string) =>
    deployments(context, { service, environment, format, limit: MOST_RECORDS })
  const more = await Promise.all([
    part("task-definition.json", () => definitionText(context, service, environment)),
    part("history.txt", async () => (await history("text")).text),
    part("history.json", async () => (await history("json")).text),
  ])
  const all = { ...status, missing: [...status.missing, ...missing] }
  const files: [string, string][] = [
    ["status.txt", statusLines(all).join("\n")],
    ["status.json", JSON.stringify(all, null, 2)],
    ["log.txt", status.log.join("\n")],
    ...more.flat(),
  ]
  mkdirSync(out, { recursive: true })
  for (const [name, text] of files) writeFileSync(join(out, name), `${redact(text)}\n`)
  return { text: files.map(([name]) => name).join("\n"), exitCode: EXIT.passed }
}

async function definitionText(
  context: Context,
  service: string,
  environment: string,
): Promise<string> {
  const { aws, settings } = context
  const { taskDefinition = "" } = await describeService(
    aws,
    targetOf(settings, service, environment),
  )
  return JSON.stringify(withoutValues(await describeTaskDefinition(aws, taskDefinition)), null, 2)
}

/** Any value of a variable can be a secret: only the names are kept. */
function withoutValues(definition: TaggedDefinition): object {
  const { containerDefinitions = [] } = definition
  return {
    ...definition,
    containerDefinitions: containerDefinitions.map(({ environment, ...rest }) => ({
      ...rest,
      ...(environment && { environment: environment.map(({ name }) => ({ name })) }),
    })),
  }
}
