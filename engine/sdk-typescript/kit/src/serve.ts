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
 * call here: types.mjs does that.)
 *
 * @param modules the module's source files, evaluated
 * @param description what `serialise` wrote of the scan
 */
export async function serve(modules: object[], description: string): Promise<void> {
  await connection(
    async () => {
      const call = dag.currentFunctionCall()
      const scanned = revive(description)
      const [parentName, fnName, parent, inputs] = await Promise.all([
        call.parentName(),
        call.name(),
        call.parent(),
        call.inputArgs(),
      ])
      const fnArgs = Object.fromEntries(
        await Promise.all(
          inputs.map(async (input) => {
            const [name, value] = await Promise.all([input.name(), input.value()])
            return [name, JSON.parse(value)]
          }),
        ),
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

/** An error as the engine takes it; a failed step keeps its exit code and output (they decide the CLI's exit code). */
function asDaggerError(error: unknown) {
  if (!(error instanceof Error)) return dag.error(JSON.stringify(error) ?? String(error))
  let reported = dag.error(error.message)
  if (!(error instanceof ExecError || error instanceof GraphQLRequestError)) return reported
  for (const [name, value] of Object.entries(error.extensions ?? {})) {
    if (value !== "" && value !== undefined && value !== null) {
      reported = reported.withValue(name, JSON.stringify(value) as never)
    }
  }
  return reported
}
