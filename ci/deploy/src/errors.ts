/** How a command ends. */
export const EXIT = {
  passed: 0,
  failed: 1,
  usage: 2,
  unknown: 3,
  rolledBack: 10,
  rollbackFailed: 11,
  deadline: 12,
  superseded: 13,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Something that a person can mend: it is printed without a stack. */
export class DeployError extends Error {
  override readonly name = "DeployError"

  /** @param next what to do about it */
  constructor(
    message: string,
    readonly exitCode: ExitCode,
    next?: string,
    options?: ErrorOptions,
  ) {
    super(next === undefined ? message : `${message}\nnext: ${next}`, options)
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
