import { PROGRAM_FOLDER } from "../language.js"
import { quote } from "../shell.js"
/** Lines of the program's output that name a problem. */
export const IMPORT_PROBLEM = String.raw`^[^ ]+\.[cm]?[jt]sx?:[0-9]+: `

/** Shell command that checks the syntax of a service's modules, and that what they import is declared. */
export function importCheckCommand(folder: string): string {
  return `node ${PROGRAM_FOLDER}/check-imports.mjs ${quote(folder)}`
}

/** The program, beside this file. */
export const IMPORT_PROGRAM = "node/check-imports.mjs"
