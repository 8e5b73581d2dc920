/** Why an installation of dependencies failed, as far as its output tells. */
export interface InstallerFailure {
  /** One line. */
  cause: string
  /** The registry or the network failed, so nothing is known about the service. */
  isUnreachable: boolean
  /** The output's lines, without general advice on how to use the installer. */
  tail: string[]
}

const UNREACHABLE =
  /dns error|failed to lookup address|tcp connect error|error sending request|connection (refused|reset)|i\/o timeout|no such host|TLS handshake|operation timed out|\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN)\b|\b50[234] (Bad Gateway|Service Unavailable|Gateway Time)/i

/** How programs say that they found no way to another machine. */
const NO_NETWORK =
  /^.*(?:could ?n[o']t resolve|temporary failure (?:in name resolution|resolving)|unable to resolve host|name or service not known|network is unreachable|no route to host|failed to establish a new connection|failed to connect to \S+ port|failed to lookup address|dns error|no such host|\b(?:EAI_AGAIN|ENOTFOUND|ENETUNREACH)\b).*$/im

/** The first line of a command's output that says it had no network; undefined when none does. */
export function networkFailure(output: string): string | undefined {
  return NO_NETWORK.exec(output)?.[0].trim()
}

/**
 * Where installers say what went wrong, best first: npm's own words before its codes, uv's
 * conclusion before its heading.
 */
const CAUSES = [
  /^npm (?:error|ERR!) (?:notarget |404 +)?(.*(?:in this registry|in sync|No matching version).*)$/m,
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

/** From here on, npm explains its options. */
const USAGE = /^npm (?:error|ERR!) (?:Clean install a project|Usage:)/

/** Reads the output of an installer that failed. */
export function installerFailure(output: string): InstallerFailure {
  const lines = output.trimEnd().split("\n")
  const usage = lines.findIndex((line) => USAGE.test(line))
  const tail = usage < 0 ? lines : lines.slice(0, usage)
  const found = CAUSES.map((pattern) => pattern.exec(output)?.[1]).find(
    (text) => text !== undefined,
  )
  const cause = (staleNpmLock(output) ?? found ?? tail.at(-1) ?? "").replace(/\s+/g, " ").trim()
  return {
    cause: cause || "the installer said nothing",
    isUnreachable: UNREACHABLE.test(output),
    tail,
  }
}

/** npm names the packages apart from what is wrong. */
function staleNpmLock(output: string): string | undefined {
  const missing = [
    ...output.matchAll(/^npm (?:error|ERR!) (?:Missing|Invalid): (.*?) from lock file$/gm),
  ]
  if (missing.length === 0) return undefined
  const names = missing.slice(0, 3).map(([, name]) => name)
  return `package.json asks for what the lock file does not have (${names.join(", ")}); run \`npm install\` and commit the lock file`
}
