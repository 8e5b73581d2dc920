/** What modules import as `@dagger.io/dagger`, and `serve`, which the kit's entrypoint calls. */
export {
  argument,
  check,
  connect,
  connection,
  Context,
  enumType,
  field,
  func,
  getTracer,
  object,
} from "./sdk.js"
export { serve } from "./serve.js"

/** Part of the SDK's module interface; in the kit the generated entrypoint takes its place. */
export async function entrypoint(): Promise<void> {
  throw new Error("entrypoint() is called by the runtime, not by modules")
}
