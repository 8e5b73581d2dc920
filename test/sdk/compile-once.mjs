// The compiler, for the SDK's entrypoint: it compiles the module at every call,
// and one process of the tests answers dozens about the same sources.
import ts from "typescript"

/** @type {ts.Program | undefined} */
let program

/** @param {[readonly string[], ts.CompilerOptions]} args */
function createProgram(...args) {
  return (program ??= ts.createProgram(...args))
}

export default new Proxy(ts, {
  get: (compiler, name) => (name === "createProgram" ? createProgram : Reflect.get(compiler, name)),
})
