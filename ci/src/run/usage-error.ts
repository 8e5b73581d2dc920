/** A run that can't begin: the configuration or the arguments are wrong. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError"
  readonly exitCode = 2
}
