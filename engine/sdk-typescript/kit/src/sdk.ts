/**
 * The one place that reaches into the SDK's package past its `exports` map:
 * the kit runs the SDK's own introspection and invocation code, so that a
 * module behaves here as on the official engine.
 */
export { dag } from "../node_modules/@dagger.io/dagger/dist/src/api/client.gen.js"
export { Context } from "../node_modules/@dagger.io/dagger/dist/src/common/context.js"
export { ExecError } from "../node_modules/@dagger.io/dagger/dist/src/common/errors/ExecError.js"
export { GraphQLRequestError } from "../node_modules/@dagger.io/dagger/dist/src/common/errors/GraphQLRequestError.js"
export { connect, connection } from "../node_modules/@dagger.io/dagger/dist/src/connect.js"
export {
  argument,
  check,
  enumType,
  field,
  func,
  object,
} from "../node_modules/@dagger.io/dagger/dist/src/module/decorators.js"
export { invoke } from "../node_modules/@dagger.io/dagger/dist/src/module/entrypoint/invoke.js"
export { Register } from "../node_modules/@dagger.io/dagger/dist/src/module/entrypoint/register.js"
export { Executor } from "../node_modules/@dagger.io/dagger/dist/src/module/executor.js"
export * as descriptions from "../node_modules/@dagger.io/dagger/dist/src/module/introspector/dagger_module/index.js"
export { scan } from "../node_modules/@dagger.io/dagger/dist/src/module/introspector/index.js"
export {
  close as closeTelemetry,
  getTracer,
} from "../node_modules/@dagger.io/dagger/dist/src/telemetry/telemetry.js"
