// Stands for the TypeScript compiler in prepared modules. The SDK's classes
// mention its enums and functions in tables at the top of their files; calling
// a module's function never uses it. So anything may be named, nothing called.
/**
 * @param {string} name
 * @returns {any}
 */
function mention(name) {
  return new Proxy(() => {}, {
    get: (_, member) =>
      member === Symbol.toPrimitive ? () => name : mention(`${name}.${String(member)}`),
    apply() {
      throw new Error(
        `${name}() was called: the TypeScript compiler is not part of a prepared module`,
      )
    },
  })
}

export default mention("ts")
