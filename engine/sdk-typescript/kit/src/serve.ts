import { readFileSync } from "node:fs"
import { revive } from "./description.js"
import {
  closeTelemetry,
  connection,
  dag,
  ExecError,
  Executor,
  GraphQLRequestError,
  invoke,
} from "./sdk.js"

/**
 * Answers the one function call this process was started for.
 *
 * Does what the SDK's own `entrypoint` does for a call, but with the module
 * already transformed and described. (Asking a module for its types is not a
 * call here: register.mjs does that.)
 *
 * @param modules the module's source files, evaluated
 * @param description file with what `serialise` wrote of the scan
 */
export async function serve(modules: object[], description: string): Promise<void> {
  await connection(
    async () => {
      const call = dag.currentFunctionCall()
      const scanned = revive(readFileSync(description, "utf8"))
      const { parentName, name: fnName, parent, inputArgs } = await readCall()
      const fnArgs = Object.fromEntries(
        inputArgs.map(({ name, value }) => [name, JSON.parse(value)]),
      )
      let result: unknown
      try {
        result = await invoke(new Executor(modules as never, scanned), scanned, {
          parentName,
          fnName,
          parentArgs: JSON.parse(parent) ?? {},
          fnArgs,
        })
      } catch (error) {
        await call.returnError(asDaggerError(error))
        // process.exit skips every pending finally, and with them the flush of spans.
        await closeTelemetry()
        process.exit(1)
      }
      await call.returnValue((JSON.stringify(result ?? null) ?? "null") as never)
    },
    { LogOutput: process.stdout },
  )
}

/** The call as the engine describes it; every value is JSON. */
interface FunctionCall {
  parentName: string
  name: string
  parent: string
  inputArgs: { name: string; value: string }[]
}

/** Asks for all of the call at once: the generated client would ask two questions for each argument. */
async function readCall(): Promise<FunctionCall> {
  const { currentFunctionCall } = await dag.getGQLClient().request<{
    currentFunctionCall: FunctionCall
  }>("{ currentFunctionCall { parentName name parent inputArgs { name value } } }")
  return currentFunctionCall
}

/** An error as the engine takes it; a failed step keeps its exit code and output (they decide the CLI's exit code). */
function asDaggerError(error: unknown) {
  if (!(error instanceof Error)) return dag.error(thrownText(error))
  let reported = dag.error(error.message)
  if (!(error instanceof ExecError || error instanceof GraphQLRequestError)) return reported
  for (const [name, value] of Object.entries(error.extensions ?? {})) {
    if (value !== "" && value !== undefined && value !== null) {
      reported = reported.withValue(name, JSON.stringify(value) as never)
    }
  }
  return reported
}

/** What was thrown that is no Error, as text. */
function thrownText(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown)
  } catch {
    // Something that refers to itself.
    return String(thrown)
  }
}
