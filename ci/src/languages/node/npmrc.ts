/** An .npmrc without what must not be in a layer. */
export interface PublicNpmrc {
  text: string
  /** Lines that hold a secret as plain text, counted from 1. */
  secrets: number[]
}

const CREDENTIAL =
  /(^|:)(_authToken|_auth|_password|username|password|certfile|keyfile|key|cert)\s*=/

/**
 * Leaves the credentials out of an .npmrc. A reference to the environment (`${NPM_TOKEN}`) is no
 * secret, but without the variable npm refuses the whole file.
 */
export function publicNpmrc(text: string): PublicNpmrc {
  const secrets: number[] = []
  const lines = text.split(/\r?\n/).map((line, index) => {
    if (!CREDENTIAL.test(line)) return line
    if (!/=\s*["']?\$\{/.test(line) && !/(^|:)username\s*=/.test(line)) secrets.push(index + 1)
    return ""
  })
  return { text: lines.join("\n"), secrets }
}
