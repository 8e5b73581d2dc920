/** A change that can't be planned: 2 is a usage error, 3 a base that strictness asked for. */
export class ChangeError extends Error {
  override readonly name = "ChangeError"

  constructor(
    readonly exitCode: 2 | 3,
    message: string,
  ) {
    super(message)
  }
}
