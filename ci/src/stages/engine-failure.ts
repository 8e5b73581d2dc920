/** What an error of the engine says, for a row. */
export interface EngineFailure {
  /** One line. */
  reason: string
  tail: string[]
  exitCode: number | null
  /** Whether a command ended with an exit code; otherwise the engine could not do its work. */
  isCommand: boolean
  /** The RUN of a Dockerfile that failed, as the engine names its process. */
  process?: string
}

/** The fields of the SDK's ExecError; the class itself is not exported to modules. */
interface ExecErrorFields {
  name: "ExecError"
  message: string
  cmd: string[]
  exitCode: number
  stdout: string
  stderr: string
}

/** Errors of the registry, the network or the engine, as they are worded by BuildKit and containerd. */
const INFRASTRUCTURE =
  /failed to (resolve|do request|copy|fetch)|connection refused|i\/o timeout|no such host|TLS handshake|unexpected EOF|no space left|toomanyrequests|context canceled/i

/** How BuildKit words a RUN instruction that failed. */
const FAILED_COMMAND = /process "(.*)" did not complete successfully: exit code: (\d+)/s

/**
 * How Dagger words a server beside a step that ended before its port was open. In front of it stands
 * that it could not read the step's output, which the step never had.
 */
const ENDED_SERVER = /start \S+ \(aliased as ([^)\s]+)\): exit code: (\d+)/

/** Reads what the SDK threw. */
export function engineFailure(error: unknown): EngineFailure {
  if (isExecError(error)) {
    const output = [error.stdout, error.stderr].join("\n").trim()
    const command = error.cmd.join(" ").split("\n")[0]?.slice(0, 120)
    return {
      reason: `\`${command}\` ended with exit code ${error.exitCode}`,
      tail: output === "" ? [] : output.split("\n"),
      exitCode: error.exitCode,
      isCommand: true,
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  const failedCommand = FAILED_COMMAND.exec(message)
  if (failedCommand) {
    const [, quoted = "", exitCode] = failedCommand
    const command = unquote(quoted)
    const reason = `\`${command}\` ended with exit code ${exitCode}`
    return { reason, tail: [], exitCode: Number(exitCode), isCommand: true, process: command }
  }
  const [, server, serverCode] = ENDED_SERVER.exec(message) ?? []
  const lines = message.trim().split("\n")
  if (server !== undefined)
    lines.unshift(`the server \`${server}\` ended with exit code ${serverCode} before it answered`)
  return {
    reason: lines[0] ?? "unknown error",
    tail: lines.slice(1),
    exitCode: null,
    isCommand: !INFRASTRUCTURE.test(message),
  }
}

/** Undoes the quotes that Go puts around text: those of JSON, for what commands are made of. */
function unquote(text: string): string {
  try {
    return JSON.parse(`"${text}"`)
  } catch {
    return text
  }
}

/** Whether the SDK says that a command failed. */
export function isExecError(error: unknown): error is ExecErrorFields {
  return error instanceof Error && error.name === "ExecError"
}
