// Stands for the TypeScript compiler in prepared modules. The SDK's classes
// mention it at the top of their files; calling a function never uses it.
export default new Proxy(
  {},
  {
    get(_, name) {
      throw new Error(`the TypeScript compiler is not part of a prepared module (asked for ts.${String(name)})`)
    },
  },
)
