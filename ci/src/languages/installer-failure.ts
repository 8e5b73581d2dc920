/** Why an installation of dependencies failed, as far as its output tells. */
export interface InstallerFailure {
  /** One line. */
  cause: string
  /** The registry or the network failed, so nothing is known about the service. */
  isUnreachable: boolean
}

const UNREACHABLE =
  /dns error|failed to lookup address|tcp connect error|error sending request|connection (refused|reset)|i\/o timeout|no such host|TLS handshake|operation timed out|\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN)\b|\b50[234] (Bad Gateway|Service Unavailable|Gateway Time)/i

/**
 * Where installers say what went wrong, best first: npm's own words before its codes, uv's
 * conclusion before its heading.
 */
const CAUSES = [
  /^npm (?:error|ERR!) (?!code |A complete log|errno |syscall )(.*(?:not in (?:this|the npm) registry|in sync|Missing:|No matching version|notarget|lock file).*)$/m,
  /^npm (?:error|ERR!) (?!code |A complete log|errno |syscall |404\s*$)(\S.*)$/m,
  /^\s*╰─▶ (.*(?:\n(?!\s*(?:hint:|╰|├))\s+.*)*)/m,
  /(?:^|\n)\s*(?:error|ERROR): (.*)/,
  /ERR_PNPM_\w+\s+(.*)/,
  /^➤ YN0*[1-9]\d*: .*?(?:│|·) (.*(?:lockfile|Error|not found|No candidates).*)$/m,
  /^error (?!Command failed)(.*)$/m,
  /^\[(?:PdmUsageError|PdmException|ResolutionError)\]: (.*)/m,
  /^(pyproject\.toml changed significantly.*)$/m,
  /^(?:.*\.go:\d+:\d+: |go: )(?!downloading )(.*)$/m,
  /^(Lock ?file.*)$/im,
]

/** Reads the output of an installer that failed. */
export function installerFailure(output: string): InstallerFailure {
  const found = CAUSES.map((pattern) => pattern.exec(output)?.[1]).find(
    (text) => text !== undefined,
  )
  const last = output.trimEnd().split("\n").at(-1) ?? ""
  const cause = (found ?? last).replace(/\s+/g, " ").trim()
  return { cause: cause || "the installer said nothing", isUnreachable: UNREACHABLE.test(output) }
}
