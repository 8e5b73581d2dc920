// @ts-check

/** A problem that ends the gathering: 2 is a usage error, 3 a base that strictness asked for. */
export class GatherError extends Error {
  /**
   * @param {2 | 3} code
   * @param {string} message what is wrong and what to do next
   */
  constructor(code, message) {
    super(message)
    this.name = "GatherError"
    this.code = code
  }
}
