import { createInterface } from "node:readline/promises"

/**
 * Asks before something is changed. Where nobody can answer, nothing is changed, and how it would be is said.
 *
 * @param {{yes: boolean, question: string}} asked yes: the command line answered already
 * @returns {Promise<boolean>}
 */
export async function confirmed({ yes, question }) {
  if (yes) return true
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    process.stdout.write("Nothing was changed: the same command with --yes changes it.\n")
    return false
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await terminal.question(`${question} [y/N] `)
    if (/^y(es)?$/i.test(answer.trim())) return true
    process.stdout.write("Nothing was changed.\n")
    return false
  } finally {
    terminal.close()
  }
}
